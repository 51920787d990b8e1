/**
 * Says which recorded calls the role of their caller does not allow, and which allowed actions no call used: npm run check:calls -- CALLS.ndjson...
 * Roles are those of the packaged template (npx serverless package) and of accounts/environment-role.yml. Exit 1 when a call is not allowed, and
 * with `--whole`, for a recording of all suites, also when an action is unused without a reason in scripts/permissions/unused.ts, or one with a
 * reason is used.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeCalls, NOBODY, RecordedCall, type Policies } from './permissions/calls.ts';
import { environmentRole } from './permissions/environment-role.ts';
import { callersOf } from './permissions/page.ts';
import type { Template } from './permissions/statements.ts';
import { falselyExcused, unexcused } from './permissions/unused.ts';

const { values: options, positionals: files } = parseArgs({ allowPositionals: true, options: { whole: { type: 'boolean', default: false } } });
if (files.length === 0) {
  console.error('Say which recordings to read: npm run check:calls -- CALLS.ndjson... They are made by npm run test:aws with SLIPWAY_TEST_AWS_CALLS=FILE.');
  process.exit(2);
}
const calls = files.flatMap((file) => readFileSync(file, 'utf8').split('\n').flatMap((line, index) => {
  if (line === '') return [];
  const parsed = RecordedCall.safeParse(JSON.parse(line));
  if (!parsed.success) throw new Error(`${file}:${index + 1} is no recorded call: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
  return [parsed.data];
}));
const installation = JSON.parse(readFileSync(join(import.meta.dirname, '../.serverless/cloudformation-template-update-stack.json'), 'utf8')) as Template;
/** Those of the emulator. */
const where = { account: '123456789012', region: 'eu-central-1' };
const policies: Policies = { installation, holders: callersOf(installation.Resources), environment: environmentRole(), ...where };
const { refused, unused, used } = judgeCalls(calls, policies);
const nobody = calls.filter((call) => call.function === NOBODY).length;
const named = calls.filter((call) => call.function !== '').length - nobody;
console.log(`${calls.length} calls, ${named} of them by functions and builds. Left out as calls of tests: ${calls.length - named - nobody} without a name, ${nobody} of "${NOBODY}".`);
for (const sentence of refused) console.log(`NOT ALLOWED: ${sentence}`);
const [open, wrong] = [unexcused(unused), falselyExcused(used)];
if (options.whole) {
  for (const [name, actions] of Object.entries(open)) console.log(`UNUSED: ${name} may ${actions.join(', ')}. Take it away, or say why it stays: scripts/permissions/unused.ts.`);
  for (const [name, actions] of Object.entries(wrong)) console.log(`USED: ${name} uses ${actions.join(', ')}, and scripts/permissions/unused.ts says why no run does.`);
}
if (named === 0) console.error('No call names a function, so nothing was checked. Give clients the function\'s name as application id (test/aws/calls.md).');
process.exitCode = refused.length > 0 || named === 0 || (options.whole && Object.keys(open).length + Object.keys(wrong).length > 0) ? 1 : 0;
if (process.exitCode === 0) console.log(options.whole ? 'Each is allowed by the role of its caller, and each action that none used has its reason.' : 'Each is allowed by the role of its caller.');

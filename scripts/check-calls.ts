/**
 * Says which recorded calls the role of their function does not allow, and which allowed actions no call used. The roles are those of the packaged
 * template: npx serverless package && node scripts/check-calls.ts CALLS.ndjson... Exit 1 when a call is not allowed, or with `--unused` also when
 * an action is unused and has no reason in scripts/permissions/unused.ts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeCalls, RecordedCall } from './permissions/calls.ts';
import { grantsOf, type Resources } from './permissions/grants.ts';
import { holdersOf } from './permissions/page.ts';
import { JUSTIFIED } from './permissions/unused.ts';

const { values: options, positionals: files } = parseArgs({ allowPositionals: true, options: { unused: { type: 'boolean', default: false } } });
if (files.length === 0) {
  console.error('Say which recordings to read: node scripts/check-calls.ts CALLS.ndjson... They are made by npm run test:aws with SLIPWAY_TEST_AWS_CALLS=FILE.');
  process.exit(2);
}
const calls = files.flatMap((file) => readFileSync(file, 'utf8').split('\n').flatMap((line, index) => {
  if (line === '') return [];
  const parsed = RecordedCall.safeParse(JSON.parse(line));
  if (!parsed.success) throw new Error(`${file}:${index + 1} is no recorded call: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
  return [parsed.data];
}));
const { Resources: resources } = JSON.parse(readFileSync(join(import.meta.dirname, '../.serverless/cloudformation-template-update-stack.json'), 'utf8')) as { Resources: Resources };
const roles = Object.fromEntries(holdersOf(resources).functions.map(({ name, role }) => [name, grantsOf(resources, role)]));
const { refused, unused } = judgeCalls(calls, roles, JUSTIFIED);
const named = calls.filter((call) => call.function !== '').length;
console.log(`${calls.length} calls, ${named} of them by functions; the others were made by tests.`);
for (const sentence of refused) console.log(`NOT ALLOWED: ${sentence}`);
for (const [name, actions] of Object.entries(unused)) console.log(`unused: ${name} may ${actions.join(', ')}`);
if (named === 0) console.error('No call names a function, so nothing was checked. Give clients the function\'s name as application id (test/aws/calls.md).');
process.exitCode = refused.length > 0 || named === 0 || (options.unused && Object.keys(unused).length > 0) ? 1 : 0;

/** Writes docs/permissions.md from the packaged template: run `npx serverless package` before. `--check` only says whether it is as it must be. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resources } from './permissions/grants.ts';
import { holdersOf, permissionsPage } from './permissions/page.ts';

const ROOT = join(import.meta.dirname, '..');
const { Resources } = JSON.parse(readFileSync(join(ROOT, '.serverless/cloudformation-template-update-stack.json'), 'utf8')) as { Resources: Resources };
const page = join(ROOT, 'docs/permissions.md');
const text = permissionsPage(holdersOf(Resources), Resources);
if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/permissions.md is not what the packaged template allows. Run: npm run generate:permissions');
  process.exitCode = 1;
}

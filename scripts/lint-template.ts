/**
 * Packages, and checks the packaged template with cfn-lint and checkov at pinned versions; any finding fails, warnings too.
 * What a check is wrong about, or does not fit, is suppressed beside its resource with the reason: infrastructure/checks.yml.
 * `--packaged` takes the template that is there. Both tools are written in Python and live in an environment of their own.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const CREATE = join(ROOT, '.serverless/cloudformation-template-create-stack.json');
const UPDATE = join(ROOT, '.serverless/cloudformation-template-update-stack.json');
/** What users deploy into the accounts of their environments. */
const ENVIRONMENT_ROLE = join(ROOT, 'accounts/environment-role.yml');
const REQUIREMENTS = join(import.meta.dirname, 'lint-template.requirements.txt');
const PYTHON_OLDEST = [3, 10];

/** @throws Error saying what to do, when the command cannot be started or ends with another code than 0 */
function run(command: string, options: readonly string[], whatToDo: string): void {
  const { status, error } = spawnSync(command, options, { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined || status !== 0) throw new Error(`${command.slice(command.lastIndexOf('/') + 1)} ${error === undefined ? `ended with ${status}` : error.message}. ${whatToDo}`);
}

function python(): string {
  const asked = spawnSync('python3', ['-c', 'import sys, venv, ensurepip; print(*sys.version_info[:2])'], { encoding: 'utf8' });
  const missing = 'cfn-lint and checkov need Python 3.10 or newer with venv. Install it (Debian: apt-get install python3-venv) and run this again: without it the template is not checked.';
  if (asked.error !== undefined || asked.status !== 0) throw new Error(`There is no usable python3: ${(asked.error?.message ?? asked.stderr).trim()}. ${missing}`);
  const [major = 0, minor = 0] = asked.stdout.trim().split(' ').map(Number);
  if (major !== PYTHON_OLDEST[0] || minor < (PYTHON_OLDEST[1] ?? 0)) throw new Error(`python3 is ${major}.${minor}. ${missing}`);
  return 'python3';
}

/** The folder of the tools' programs, named by what is pinned: another pin makes another environment. */
function tools(): string {
  const pins = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 16);
  const home = join(ROOT, 'node_modules/.cache/slipway-lint', pins);
  const done = join(home, 'complete');
  if (existsSync(done)) return join(home, 'bin');
  rmSync(home, { recursive: true, force: true });
  run(python(), ['-m', 'venv', home], 'Look at its message above.');
  run(join(home, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--requirement', REQUIREMENTS], 'Look at its message above: is a Python package index within reach?');
  writeFileSync(done, '');
  return join(home, 'bin');
}

interface Template { readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>> }
const template = (path: string): Template => JSON.parse(readFileSync(path, 'utf8')) as Template;

/** The first template holds the bucket of packages only; checkov looks at the second, so the second must hold the same bucket. */
function checkFirstIsPartOfSecond(): void {
  const second = template(UPDATE).Resources;
  const other = Object.entries(template(CREATE).Resources).filter(([name, { Type, Properties }]) => JSON.stringify({ Type, Properties }) !== JSON.stringify({ Type: second[name]?.Type, Properties: second[name]?.Properties }));
  if (other.length > 0) throw new Error(`${other.map(([name]) => name).join(', ')} of the first template is not as in the second, which is the one that checkov reads. Correct scripts/lint-template.ts.`);
}

try {
  if (!process.argv.includes('--packaged')) run(join(ROOT, 'node_modules/.bin/serverless'), ['package'], 'Correct serverless.yml or infrastructure/.');
  const bin = tools();
  checkFirstIsPartOfSecond();
  run(join(bin, 'cfn-lint'), ['--non-zero-exit-code', 'warning', '--', UPDATE, CREATE, ENVIRONMENT_ROLE], 'Correct what it names above, or suppress it beside the resource with the reason.');
  console.log('cfn-lint: nothing found');
  run(join(bin, 'checkov'), ['--framework', 'cloudformation', '--file', UPDATE, ENVIRONMENT_ROLE, '--skip-download', '--compact', '--quiet'], 'Correct what it names above, or suppress it beside the resource with the reason: infrastructure/checks.yml.');
  console.log('checkov: nothing found');
  run(process.execPath, [join(import.meta.dirname, 'generate-permissions.ts'), '--check'], 'The page follows the template.');
  console.log('docs/permissions.md: as the template');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** The emulator's own Python environment: made once for each set of pinned packages, outside of git. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/slipway-aws-emulator', import.meta.url));
/** As requirements.txt was resolved. */
const PYTHON_MINIMUM = [3, 11] as const;

export class NoPython extends Error {
  override readonly name = 'NoPython';
}

/** @returns the path of its python. @throws NoPython, or an error that says which step failed */
export function emulatorPython(say: (line: string) => void): string {
  const system = findPython();
  const key = createHash('sha256').update(readFileSync(REQUIREMENTS)).update(system.version).digest('hex').slice(0, 16);
  const folder = join(CACHE, key);
  const python = join(folder, 'bin', 'python');
  // Written last: a folder without it was not finished.
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return python;
  say(`installing the emulated AWS (moto, pinned in scripts/aws-emulator/requirements.txt) for Python ${system.version}, once`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  run(system.command, ['-m', 'venv', folder], 'make its virtual environment. On Debian and Ubuntu that needs the package python3-venv');
  run(python, ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--requirement', REQUIREMENTS], 'install its packages. They come from the package index that pip is configured for');
  writeFileSync(finished, '');
  return python;
}

/** @throws NoPython */
function findPython(): { command: string; version: string } {
  const seen: string[] = [];
  for (const command of ['python3', 'python']) {
    const asked = spawnSync(command, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { encoding: 'utf8' });
    if (asked.status !== 0) continue;
    const version = asked.stdout.trim();
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major === PYTHON_MINIMUM[0] && minor >= PYTHON_MINIMUM[1]) return { command, version };
    seen.push(`${command} is ${version}`);
  }
  throw new NoPython(`The emulated AWS needs Python ${PYTHON_MINIMUM.join('.')} or newer, and there is none here${seen.length === 0 ? '' : ` (${seen.join(', ')})`}. Install it (Debian, Ubuntu: python3 and python3-venv) and run this again.`);
}

function run(command: string, args: readonly string[], doing: string): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`The emulated AWS could not ${doing}. ${error?.message ?? `${command} ended with ${String(status)}`}.`);
}

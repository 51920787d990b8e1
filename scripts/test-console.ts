/**
 * Runs the suites of test/console in a real Chromium. It uses the one that SLIPWAY_CHROMIUM names or that is installed; where there
 * is none and this may install packages (Debian, as root), it does. With --pictures the run writes docs/console/*.png too.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const KNOWN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];
const say = (line: string): void => console.error(`test:console: ${line}`);

const found = (): string | undefined => [process.env['SLIPWAY_CHROMIUM'], ...KNOWN].find((path) => path !== undefined && path !== '' && existsSync(path));

/** Answers whether it went well; what it prints goes to the error output. */
function apt(...words: string[]): boolean {
  return spawnSync('apt-get', words, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
}

function installed(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  say('installing Chromium with apt-get');
  return apt('update', '-q') && apt('install', '-q', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core') ? found() : undefined;
}

const chromium = found() ?? installed();
if (chromium === undefined) {
  say('There is no Chromium, and none could be installed here (that needs Debian, root and its package archive). Install one, or name it: SLIPWAY_CHROMIUM=/path npm run test:console');
  process.exit(1);
}
const words = process.argv.slice(2);
const results = process.env['SLIPWAY_TEST_RESULTS'];
const jest = spawnSync(process.execPath, [
  '--experimental-vm-modules', '--disable-warning=ExperimentalWarning', fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url)), '--config', fileURLToPath(new URL('../jest.console.config.ts', import.meta.url)),
  '--forceExit', '--maxWorkers=1', ...(results === undefined ? [] : ['--json', `--outputFile=${results}`]), ...words.filter((word) => word !== '--pictures'),
], { stdio: ['inherit', results === undefined ? 'inherit' : 'ignore', 'inherit'], env: { ...process.env, SLIPWAY_CHROMIUM: chromium, ...(words.includes('--pictures') ? { SLIPWAY_PICTURES: '1' } : {}) } });
process.exitCode = jest.status ?? 1;

/** pm2 is AGPL and so no dependency: it is installed, pinned, into a folder of the bench's own, with a daemon of its own. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SERVICE_SCRIPT } from './bare.ts';
import { ask, freePorts, until } from './waiting.ts';

const run = promisify(execFile);
const VERSION = '7.0.4';
const START_WAIT_MS = 60_000;

export interface Pm2 {
  readonly version: string;
  /** One app behind each. */
  readonly urls: readonly string[];
  readonly stop: () => Promise<void>;
}

/** @throws with what to do when it cannot be installed */
async function install(peers: string): Promise<string> {
  const folder = join(peers, `pm2-${VERSION}`);
  if (!existsSync(join(folder, 'node_modules', 'pm2', 'package.json'))) {
    await mkdir(folder, { recursive: true });
    await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', `pm2@${VERSION}`]).catch((cause: unknown) => {
      throw new Error(`pm2 ${VERSION} could not be installed into ${folder}. Install it there by hand (npm install --prefix ${folder} pm2@${VERSION}), or name the folder above it with --peers.`, { cause });
    });
  }
  return join(folder, 'node_modules', 'pm2');
}

export async function startPm2(peers: string, apps: number): Promise<Pm2> {
  const folder = await install(peers);
  const home = await mkdtemp(join(tmpdir(), 'slipway-bench-pm2-'));
  const ports = await freePorts(apps);
  const environment = { PATH: process.env['PATH'], HOME: home, PM2_HOME: home, BENCH_SCRIPT: SERVICE_SCRIPT, BENCH_NODE: process.execPath, BENCH_PORTS: ports.join(',') };
  const pm2 = (...args: string[]) => run(process.execPath, [join(folder, 'bin', 'pm2'), ...args], { env: environment, maxBuffer: 64 * 1024 * 1024 });
  await pm2('start', fileURLToPath(new URL('kill.pm2.config.cjs', import.meta.url)));
  const urls = ports.map((port) => `http://127.0.0.1:${port}/`);
  for (const url of urls) await until(`pm2's app at ${url}`, 20, START_WAIT_MS, () => ask(url));
  return {
    version: (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }).version,
    urls,
    stop: async () => {
      await pm2('kill');
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

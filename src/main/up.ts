/** Starting and ending the installation on this machine, for the command line. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalConfig } from '../config.ts';
import { ProviderUnavailable } from '../domain/errors.ts';
import { prepareHome, type Home } from './home.ts';
import { packageRoot } from './machines.ts';
import { livingProcess } from './pid-file.ts';
import { kill, superviseUntilEnded } from './supervisor.ts';

export interface UpOptions {
  readonly home: Home;
  readonly config: LocalConfig;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

const START_WAIT_MS = 30_000;
const POLL_MS = 50;

/** Runs until it is ended; answers the exit code. The address is said once the API answers. */
export async function upInForeground(options: UpOptions): Promise<number> {
  const serving = waitUntilServing(options.home).then((address) => options.say(address), (error: unknown) => options.say(error instanceof Error ? error.message : String(error)));
  const code = await superviseUntilEnded(options);
  if (code === 0) await serving;
  return code;
}

/** Starts the supervisor in the background; answers the address once the API answers. @throws ProviderUnavailable */
export async function upInBackground(options: UpOptions): Promise<string> {
  prepareHome(options.home);
  if ((await livingProcess(join(options.home.processes, 'supervisor'))) === undefined) {
    const log = openSync(join(options.home.logs, 'supervisor.log'), 'a', 0o600);
    spawn(process.execPath, [join(packageRoot(), 'dist', 'supervisor.mjs')], {
      detached: true, stdio: ['ignore', log, log],
      env: { ...options.environment, SLIPWAY_HOME: options.home.root, SLIPWAY_HOST: options.config.host, SLIPWAY_PORT: String(options.config.port), SLIPWAY_ROUTER_PORT: String(options.config.routerPort) },
    }).unref();
    closeSync(log);
  }
  return waitUntilServing(options.home);
}

/** Ends everything; services too, unless they are to stay. Answers whether anything ran. */
export async function down(home: Home, services: 'keep' | 'stop'): Promise<boolean> {
  const file = join(home.processes, 'supervisor');
  const living = await livingProcess(file);
  if (living === undefined) return false;
  kill(living.pid, services === 'stop' ? 'SIGINT' : 'SIGTERM');
  while ((await livingProcess(file)) !== undefined) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return true;
}

async function waitUntilServing(home: Home): Promise<string> {
  const deadline = Date.now() + START_WAIT_MS;
  for (;;) {
    const address = await answering(home);
    if (address !== undefined) return address;
    if (Date.now() > deadline) throw new ProviderUnavailable(`The control plane did not answer within ${START_WAIT_MS / 1000} s. The reason is at the end of ${join(home.logs, 'control-plane.log')}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function answering(home: Home): Promise<string | undefined> {
  try {
    const address = readFileSync(home.address, 'utf8').trim();
    return (await fetch(`${address}/health`)).ok ? address : undefined;
  } catch {
    return undefined;
  }
}

/** Starting and ending the installation on this machine, for the command line. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalConfig } from '../config.ts';
import { ProviderUnavailable } from '../domain/errors.ts';
import { processTable } from '../targets/process/process-table/index.ts';
import { endPart, endParts } from './end-parts.ts';
import { prepareHome, type Home } from './home.ts';
import { packageRoot } from './machines.ts';
import { lastError, lastLine, logOf, openLog } from './part-logs.ts';
import { pause } from './pause.ts';
import { portsInTheWay } from './ports-in-the-way.ts';
import { livingProcess } from './pid-file.ts';
import { superviseUntilEnded } from './supervisor.ts';

export interface UpOptions {
  readonly home: Home;
  readonly config: LocalConfig;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

const START_WAIT_MS = 30_000;
const POLL_MS = 50;
/** A supervisor gives each of its two parts a minute. */
const SUPERVISOR_WAIT_MS = 150_000;

/** Runs until it is ended; answers the exit code. The address is said once the API answers. */
export async function upInForeground(options: UpOptions): Promise<number> {
  const over = new AbortController();
  const serving = waitUntilServing(options.home, over.signal).then((address) => said(options, address, over.signal), (error: unknown) => over.signal.aborted || options.say(error instanceof Error ? error.message : String(error)));
  try {
    return await superviseUntilEnded(options);
  } finally {
    over.abort();
    await serving;
  }
}

async function said({ home, config, say }: UpOptions, address: string, signal: AbortSignal): Promise<void> {
  say(address);
  for (const line of await portsInTheWay(home, config, signal)) say(line);
}

/** Starts the supervisor in the background; answers the address once the API answers. @throws ProviderUnavailable */
export async function upInBackground(options: UpOptions): Promise<string> {
  const { home } = options;
  prepareHome(home);
  if ((await livingProcess(join(home.processes, 'supervisor'))) !== undefined) return waitUntilServing(home, new AbortController().signal);
  const path = logOf(home, 'supervisor');
  const log = openLog(path);
  const child = spawn(process.execPath, [join(packageRoot(), 'dist', 'supervisor.mjs')], {
    detached: true, stdio: ['ignore', log, log],
    env: { ...options.environment, SLIPWAY_HOME: home.root, SLIPWAY_HOST: options.config.host, SLIPWAY_PORT: String(options.config.port), SLIPWAY_ROUTER_PORT: String(options.config.routerPort) },
  });
  closeSync(log);
  child.unref();
  const ended = new AbortController();
  child.once('exit', () => ended.abort(new ProviderUnavailable(`The control plane could not be started. ${lastLine(path) ?? `The reason is at the end of ${path}`}`)));
  child.once('error', (error) => ended.abort(new ProviderUnavailable(`The control plane could not be started: ${error.message}`)));
  return waitUntilServing(home, ended.signal);
}

export interface Ended {
  /** Whether a control plane, a router or a supervisor ran. */
  readonly ran: boolean;
  /** Processes of services that run now: only a control plane can end them in order, and it may have been dead. */
  readonly left: number;
}

/** Ends everything; services too, unless they are to stay. Also what a supervisor has left that was killed. */
export async function down(home: Home, services: 'keep' | 'stop'): Promise<Ended> {
  const supervised = await endPart(join(home.processes, 'supervisor'), services === 'stop' ? 'SIGINT' : 'SIGTERM', SUPERVISOR_WAIT_MS);
  const ran = (await endParts(home, services)) || supervised;
  const left = existsSync(home.instances) ? await processTable().marked(realpathSync(home.instances)) : [];
  return { ran, left: left.length };
}

/** @throws ProviderUnavailable when it takes too long; the signal's reason when it aborts */
async function waitUntilServing(home: Home, signal: AbortSignal): Promise<string> {
  const deadline = performance.now() + START_WAIT_MS;
  for (;;) {
    const address = await answering(home);
    if (address !== undefined) return address;
    signal.throwIfAborted();
    if (performance.now() > deadline) {
      const path = logOf(home, 'control-plane');
      const why = lastError(path);
      throw new ProviderUnavailable(`The control plane did not answer within ${START_WAIT_MS / 1000} s. ${why === undefined ? 'The reason' : `${why.replace(/\.?$/, '.')} More`} is at the end of ${path}`);
    }
    await pause(POLL_MS, signal);
  }
}

async function answering(home: Home): Promise<string | undefined> {
  try {
    const address = readFileSync(home.address, 'utf8').trim();
    return (await fetch(`${address}/health`, { signal: AbortSignal.timeout(START_WAIT_MS) })).ok ? address : undefined;
  } catch {
    return undefined;
  }
}

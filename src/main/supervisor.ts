/** The supervisor: keeps router and control plane running. It holds no state, so that it can be killed and started again at any time. */
import { closeSync, copyFileSync, existsSync, openSync, renameSync, statSync, truncateSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { LocalConfig } from '../config.ts';
import { prepareHome, type Home } from './home.ts';
import { packageRoot } from './machines.ts';
import { forgetProcess, livingProcess, startOf, writeProcess } from './pid-file.ts';

export interface SuperviseOptions {
  readonly home: Home;
  readonly config: LocalConfig;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told when both serve, each time. */
  readonly onServing?: (address: string) => void;
  readonly say?: (line: string) => void;
}

const ROLES = ['router', 'control-plane'] as const;
type Role = (typeof ROLES)[number];

/**
 * A small young generation keeps the router under its memory limit at no cost in speed (docs/benchmarks.md). The control plane collects what
 * it read of long bodies itself (src/main/request-bodies/collection.ts).
 */
const NODE_OPTIONS: Record<Role, readonly string[]> = { router: ['--max-semi-space-size=2'], 'control-plane': ['--max-semi-space-size=4', '--expose-gc'] };
/**
 * One pool of memory instead of one for each thread, of which each keeps what its thread once needed: 10 MB of the control plane's at rest
 * (docs/benchmarks.md). Read by glibc, https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html; others ignore it.
 */
const ONE_POOL = { MALLOC_ARENA_MAX: '1' };
/** Exit code of a process that starting again cannot help. */
const HOPELESS = 2;
const POLL_MS = 100;
const RESTART_WAITS_MS = [0, 0, 100, 500, 1000, 2000, 5000] as const;
/** One that ran for so long has a clean slate. */
const STEADY_MS = 10_000;
const END_WAIT_MS = 60_000;
const LOG_BYTES_MAX = 20 * 1024 * 1024;
const LOG_LOOK_MS = 60_000;

interface Ended {
  readonly code: number | null;
}

/** Answers the exit code: 0 after an orderly end, 1 when another supervisor runs here, or when a part cannot be started at all. */
export async function superviseUntilEnded(options: SuperviseOptions): Promise<number> {
  const { home } = options;
  const say = options.say ?? ((line: string) => void process.stderr.write(`${line}\n`));
  prepareHome(home);
  const own = join(home.processes, 'supervisor');
  const other = await livingProcess(own);
  if (other !== undefined && other.pid !== process.pid) {
    say(`Another supervisor (process ${other.pid}) runs on ${home.root} already. Use it, or end it: slipway down`);
    return 1;
  }
  await writeProcess(own, process.pid);
  const ending = new AbortController();
  const signals = { services: 'keep' as 'keep' | 'stop' };
  process.on('SIGTERM', () => ending.abort());
  process.on('SIGINT', () => {
    signals.services = 'stop';
    ending.abort();
  });
  const rotation = setInterval(() => rotateLogs(home), LOG_LOOK_MS);
  const failed = await Promise.race([Promise.all(ROLES.map((role) => keep(role, options, ending, say))), until(ending.signal)]);
  const hopeless = Array.isArray(failed) || (ending.signal.reason as { hopeless?: boolean } | undefined)?.hopeless === true;
  clearInterval(rotation);
  await endParts(home, signals.services);
  forgetProcess(own);
  return hopeless ? 1 : 0;
}

const until = (signal: AbortSignal): Promise<'ended'> => new Promise((resolve) => signal.addEventListener('abort', () => resolve('ended'), { once: true }));

/** Runs one part again whenever it ends, until the supervisor is to end. A part that an earlier supervisor started is taken over. */
async function keep(role: Role, options: SuperviseOptions, ending: AbortController, say: (line: string) => void): Promise<void> {
  const file = join(options.home.processes, role);
  for (let failures = 0; !ending.signal.aborted;) {
    const living = await livingProcess(file);
    const begun = Date.now();
    const ended = living === undefined ? await run(role, file, options) : await follow(living.pid, ending.signal);
    if (ending.signal.aborted) return;
    if (ended.code === HOPELESS) {
      say(`The ${role} cannot run. The reason is at the end of ${join(options.home.logs, `${role}.log`)}`);
      ending.abort({ hopeless: true });
      return;
    }
    failures = Date.now() - begun > STEADY_MS ? 0 : failures + 1;
    await pause(RESTART_WAITS_MS[Math.min(failures, RESTART_WAITS_MS.length) - 1] ?? 0, ending.signal);
  }
}

/** Starts the part in a session of its own, so that it lives on when this process dies. */
function run(role: Role, file: string, options: SuperviseOptions): Promise<Ended> {
  const log = openLog(join(options.home.logs, `${role}.log`));
  const child = spawn(process.execPath, [...NODE_OPTIONS[role], join(packageRoot(), 'dist', `${role}.mjs`)], {
    detached: true, stdio: ['ignore', log, log], cwd: options.home.root,
    env: { ...ONE_POOL, ...options.environment, SLIPWAY_HOME: options.home.root, SLIPWAY_HOST: options.config.host, SLIPWAY_PORT: String(options.config.port), SLIPWAY_ROUTER_PORT: String(options.config.routerPort) },
  });
  closeSync(log);
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: 1 }));
    child.once('exit', (code) => resolve({ code }));
    if (child.pid !== undefined) void writeProcess(file, child.pid);
  });
}

/** Waits for the end of a process that is not this one's child. */
async function follow(pid: number, signal: AbortSignal): Promise<Ended> {
  const started = await startOf(pid);
  for (let now = started; now !== undefined && now === started && !signal.aborted; now = await startOf(pid)) await pause(POLL_MS, signal);
  return { code: null };
}

/** The parts hold their logs open for appending, so a copy is kept and the file is emptied under them. */
function rotateLogs(home: Home): void {
  for (const name of [...ROLES, 'supervisor']) {
    const path = join(home.logs, `${name}.log`);
    if (!existsSync(path) || statSync(path).size <= LOG_BYTES_MAX) continue;
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  }
}

function openLog(path: string): number {
  try {
    if (statSync(path).size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return openSync(path, 'a', 0o600);
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
});

/** The control plane first: while it stops services, the router still drains their connections. */
async function endParts(home: Home, services: 'keep' | 'stop'): Promise<void> {
  await endPart(join(home.processes, 'control-plane'), services === 'stop' ? 'SIGINT' : 'SIGTERM');
  await endPart(join(home.processes, 'router'), 'SIGTERM');
}

async function endPart(file: string, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const living = await livingProcess(file);
  if (living === undefined) return forgetProcess(file);
  kill(living.pid, signal);
  const deadline = Date.now() + END_WAIT_MS;
  while ((await livingProcess(file)) !== undefined) {
    if (Date.now() > deadline) kill(living.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS / 2));
  }
  forgetProcess(file);
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}


/**
 * The supervisor: keeps router and control plane running, and starts the processes of instances for the latter. It holds no state, so that it
 * can be killed and started again at any time.
 */
import { closeSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { LocalConfig } from '../config.ts';
import { listenPrivately } from '../router/control-socket.ts';
import { createSpawnServer } from '../targets/process/spawner/serve.ts';
import { endParts, kill } from './end-parts.ts';
import { prepareHome, type Home } from './home.ts';
import { askControlPlane, askRouter, silentTooLong } from './liveness.ts';
import { packageRoot } from './machines.ts';
import { lastError, logOf, openLog, rotateLogs } from './part-logs.ts';
import { pause } from './pause.ts';
import { claimProcess, forgetProcess, livingProcess, startOf, writeProcess } from './pid-file.ts';

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
const LOG_LOOK_MS = 60_000;
const NOTE_AGAIN_MS = 1000;

interface Ended {
  readonly code: number | null;
}

/** Answers the exit code: 0 after an orderly end, 1 when another supervisor runs here, or when a part cannot be started at all. */
export async function superviseUntilEnded(options: SuperviseOptions): Promise<number> {
  const { home } = options;
  const say = options.say ?? ((line: string) => void process.stderr.write(`${line}\n`));
  prepareHome(home);
  const own = join(home.processes, 'supervisor');
  const other = await claimProcess(own, process.pid);
  if (other !== undefined) {
    say(`Another supervisor (process ${other.pid}) runs on ${home.root} already. Use it, or end it: slipway down`);
    return 1;
  }
  await writeProcess(own, process.pid);
  const spawner = await serveSpawns(home, say);
  const ending = new AbortController();
  const signals = { services: 'keep' as 'keep' | 'stop' };
  process.on('SIGTERM', () => ending.abort());
  // A terminal that is closed, a connection that breaks: what serves goes on, and "slipway down" finds it.
  process.on('SIGHUP', () => undefined);
  process.on('SIGINT', () => {
    signals.services = 'stop';
    ending.abort();
  });
  const rotation = setInterval(() => rotateLogs(home, [...ROLES, 'supervisor']), LOG_LOOK_MS);
  const failed = await Promise.race([Promise.all(ROLES.map((role) => keep(role, options, ending, say))), until(ending.signal)]);
  const hopeless = Array.isArray(failed) || (ending.signal.reason as { hopeless?: boolean } | undefined)?.hopeless === true;
  clearInterval(rotation);
  await endParts(home, signals.services);
  spawner.close();
  forgetProcess(own);
  return hopeless ? 1 : 0;
}

/** It has less memory than the control plane to make ready for a copy (docs/decisions/0031-the-supervisor-starts-processes.md). */
async function serveSpawns(home: Home, say: (line: string) => void): Promise<{ close(): void }> {
  const spawner = createSpawnServer();
  try {
    await listenPrivately(spawner.server, home.spawnerSocket);
  } catch (error) {
    say(`Instances are started by the control plane itself, which is slower: ${error instanceof Error ? error.message : String(error)}`);
  }
  return spawner;
}

const until = (signal: AbortSignal): Promise<'ended'> => new Promise((resolve) => signal.addEventListener('abort', () => resolve('ended'), { once: true }));

/** Runs one part again whenever it ends, until the supervisor is to end. A part that an earlier supervisor started is taken over. */
async function keep(role: Role, options: SuperviseOptions, ending: AbortController, say: (line: string) => void): Promise<void> {
  const { home } = options;
  const file = join(home.processes, role);
  for (let failures = 0; !ending.signal.aborted;) {
    const living = await livingProcess(file);
    const begun = Date.now();
    const over = new AbortController();
    const signal = AbortSignal.any([ending.signal, over.signal]);
    const part = living === undefined ? run(role, file, options, signal) : { pid: living.pid, ended: follow(living.pid, ending.signal) };
    void killWhenSilent(role, part.pid, options, signal, say);
    const ended = await part.ended;
    over.abort();
    if (ending.signal.aborted) return;
    if (ended.code === HOPELESS) {
      const why = lastError(logOf(home, role));
      say(`The ${role} cannot run. ${why === undefined ? 'The reason' : `${why.replace(/\.?$/, '.')} More`} is at the end of ${logOf(home, role)}`);
      ending.abort({ hopeless: true });
      return;
    }
    failures = Date.now() - begun > STEADY_MS ? 0 : failures + 1;
    await pause(RESTART_WAITS_MS[Math.min(failures, RESTART_WAITS_MS.length) - 1] ?? 0, ending.signal);
  }
}

const ASK = { router: askRouter, 'control-plane': askControlPlane } as const satisfies Record<Role, (home: Home) => (timeoutMs: number) => Promise<boolean>>;

/** Both may be killed at any moment, so one that is there and does not answer is no better than one that has ended. */
async function killWhenSilent(role: Role, pid: number | undefined, { home }: SuperviseOptions, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  if (pid === undefined || !(await silentTooLong({ ask: ASK[role](home) }, signal))) return;
  say(`The ${role} (process ${pid}) has not answered for a while, so it is killed and started again.`);
  kill(pid, 'SIGKILL');
}

interface Part {
  readonly pid: number | undefined;
  readonly ended: Promise<Ended>;
}

/** Starts the part in a session of its own, so that it lives on when this process dies. */
function run(role: Role, file: string, options: SuperviseOptions, signal: AbortSignal): Part {
  const log = openLog(logOf(options.home, role));
  const child = spawn(process.execPath, [...NODE_OPTIONS[role], join(packageRoot(), 'dist', `${role}.mjs`)], {
    detached: true, stdio: ['ignore', log, log], cwd: options.home.root,
    env: { ...ONE_POOL, ...options.environment, SLIPWAY_HOME: options.home.root, SLIPWAY_HOST: options.config.host, SLIPWAY_PORT: String(options.config.port), SLIPWAY_ROUTER_PORT: String(options.config.routerPort) },
  });
  closeSync(log);
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', () => resolve({ code: 1 }));
    child.once('exit', (code) => resolve({ code }));
  });
  if (child.pid !== undefined) void note(file, child.pid, signal);
  return { pid: child.pid, ended };
}

/** Notes who the part is, again and again while the disk is full: the next supervisor finds it there. */
async function note(file: string, pid: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await writeProcess(file, pid);
    } catch {
      await pause(NOTE_AGAIN_MS, signal);
      if (signal.aborted) return;
    }
  }
}

/** Waits for the end of a process that is not this one's child. */
async function follow(pid: number, signal: AbortSignal): Promise<Ended> {
  const started = await startOf(pid);
  for (let now = started; now !== undefined && now === started && !signal.aborted; now = await startOf(pid)) await pause(POLL_MS, signal);
  return { code: null };
}

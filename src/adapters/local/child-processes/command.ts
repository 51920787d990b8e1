/** One command of a job: its own process group, ended with all it started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { groupLives, killMarked, signalGroup } from './processes.ts';

export interface ChildCommand {
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly marker: string;
  readonly workspace: string;
  /** Given what the command prints, on either stream. */
  readonly onOutput: (chunk: Buffer) => void;
  readonly graceMs: number;
  /** Aborted: the command is ended. */
  readonly stop: AbortSignal;
  /** Called with the process as soon as there is one. */
  readonly onStarted: (pid: number) => Promise<void>;
}

/** Null: it ended with exit code 0. Otherwise why not, in half a sentence. */
export type CommandProblem = string | null;

const POLL_MS = 20;
/** Output that is still in the pipes when all processes are gone is there at once; this only bounds the wait. */
const DRAIN_MS = 2000;

function problemOf(command: readonly string[], code: number | null, signal: string | null): CommandProblem {
  if (code === 0) return null;
  return `${command.join(' ').slice(0, 200)} ${code === null ? `was ended by ${signal}` : `ended with exit code ${code}`}`;
}

/** The system names neither the folder nor an interpreter: for both, and for the program itself, it says ENOENT. */
function notStarted({ command: [program = ''], directory, workspace }: ChildCommand, error: NodeJS.ErrnoException): string {
  const why = error.code ?? error.message;
  const isHere = program.includes('/');
  if (error.code === 'ENOENT' && !existsSync(directory)) return `${program} could not be started: the folder that it runs in (${relative(workspace, directory)}) is gone, removed by a command before it`;
  if (error.code === 'ENOENT' && isHere && existsSync(resolve(directory, program))) return `${program} could not be started (${why}): it is there, but the program that its first line names is not installed`;
  if (error.code === 'ENOENT' && isHere) return `${program} could not be started (${why}): there is no such file beside slipway.yaml`;
  if (error.code === 'EACCES') return `${program} could not be started (${why}): it is not executable. Set its mode in the repository`;
  return `${program} could not be started (${why}): check that it is installed and on the path`;
}

function exitOf(child: ChildProcess, run: ChildCommand): Promise<CommandProblem> {
  return new Promise((done) => {
    child.once('error', (error: NodeJS.ErrnoException) => done(notStarted(run, error)));
    child.once('exit', (code, signal) => done(problemOf(run.command, code, signal)));
  });
}

/** SIGTERM to the group, SIGKILL after the grace period. */
async function endGroup(leader: number, graceMs: number): Promise<void> {
  signalGroup(leader, 'SIGTERM');
  const end = performance.now() + graceMs;
  while (groupLives(leader) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  signalGroup(leader, 'SIGKILL');
}

/**
 * Runs a command without a shell. What it leaves running in the background is killed when it ends, so that nothing
 * changes the files that the next step reads. On `stop` the group gets SIGTERM, then SIGKILL.
 */
export async function runCommand(run: ChildCommand): Promise<CommandProblem> {
  const [program = '', ...args] = run.command;
  const child = spawn(program, args, { cwd: run.directory, env: run.environment, detached: true, shell: false, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk: Buffer) => run.onOutput(chunk));
  child.stderr.on('data', (chunk: Buffer) => run.onOutput(chunk));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = exitOf(child, run);
  const leader = child.pid;
  if (leader === undefined) return exited;
  let ending: Promise<void> | undefined;
  const end = (): void => {
    ending ??= endGroup(leader, run.graceMs);
  };
  run.stop.addEventListener('abort', end, { once: true });
  if (run.stop.aborted) end();
  await run.onStarted(leader);
  const problem = await exited;
  run.stop.removeEventListener('abort', end);
  await ending;
  signalGroup(leader, 'SIGKILL');
  await killMarked(run.marker, run.workspace);
  const timer = setTimeout(() => {
    child.stdout.destroy();
    child.stderr.destroy();
  }, DRAIN_MS);
  await closed;
  clearTimeout(timer);
  return problem;
}

/** Starts one process, detached: it leads a session of its own and goes on when Slipway ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { openLog } from './logs.ts';

interface Ended {
  readonly began: boolean;
  readonly how: string;
  /** Another try would end the same, until somebody changes something. */
  readonly isFinal: boolean;
}

export interface Spawned {
  /** Undefined when it could not be started; `ended` says why. */
  readonly pid: number | undefined;
  /** Resolves when it has ended or could not be started, with how, as a sentence. */
  readonly ended: Promise<Ended>;
  /** Lets this process end without waiting for it. */
  readonly release: () => void;
}

export interface Start {
  readonly command: readonly string[];
  readonly artifact: string;
  /** Of the instance; its log is there. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A command with a slash is a file of the artifact, one without is looked up in PATH. */
const programOf = ({ command, artifact }: Start): string => {
  const program = command[0] ?? '';
  return program.includes('/') ? resolve(artifact, program) : program;
};

function notBegun(error: NodeJS.ErrnoException, start: Start): Ended {
  const program = start.command[0] ?? '';
  const ended = (how: string, isFinal: boolean): Ended => ({ began: false, how: `It could not start: ${how}`, isFinal });
  if (error.code === 'ENOENT' && !existsSync(start.artifact)) return ended(`its artifact's folder is gone. Start it again, which unpacks the artifact.`, false);
  if (error.code === 'ENOENT' && !existsSync(start.directory)) return ended(`the folder for its log, ${start.directory}, is gone. Start it again, which makes another.`, false);
  if (error.code === 'ENOENT' && program.includes('/') && existsSync(programOf(start))) return ended(`"${program}" is in the artifact, but the program that its first line names is not installed. Correct that line, or install it.`, true);
  if (error.code === 'ENOENT') return ended(`the command "${program}" was not found ${program.includes('/') ? 'in the artifact' : 'in PATH'}. Correct "start" in the manifest, or install it.`, true);
  if (error.code === 'EACCES') return ended(`"${program}" is not executable. Set its mode in the repository.`, true);
  return ended(`${error.message}.`, false);
}

function howEnded(code: number | null, signal: NodeJS.Signals | null, afterMs: number): string {
  const how = signal === null ? `exited with code ${code ?? 'unknown'}` : `was ended by ${signal}`;
  return `Its process ${how} after ${(afterMs / 1000).toFixed(1)} s. Its log says more.`;
}

/** Never throws. */
export function startProcess(start: Start): Spawned {
  const startedAt = performance.now();
  const failed = (reason: unknown): Spawned => ({ pid: undefined, ended: Promise.resolve(notBegun(reason instanceof Error ? reason : new Error(String(reason)), start)), release: () => undefined });
  let log: number | undefined;
  let child: ChildProcess;
  try {
    log = openLog(start.directory);
    child = spawn(programOf(start), start.command.slice(1), { cwd: start.artifact, env: { ...start.environment }, detached: true, stdio: ['ignore', log, log] });
  } catch (error) {
    return failed(error);
  } finally {
    if (log !== undefined) closeSync(log);
  }
  const ended = new Promise<Ended>((done) => {
    child.once('exit', (code, signal) => done({ began: true, how: howEnded(code, signal, performance.now() - startedAt), isFinal: false }));
    // Stays for good: a signal that cannot be sent makes an event of this name too.
    child.on('error', (error) => {
      if (child.pid === undefined) done(notBegun(error, start));
    });
  });
  return { pid: child.pid, ended, release: () => child.unref() };
}

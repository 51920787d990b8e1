/** Starts one process, detached: it leads a session of its own and goes on when Slipway ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { openLog } from './logs.ts';

export interface Spawned {
  /** Undefined when it could not be started; `ended` says why. */
  readonly pid: number | undefined;
  /** Resolves when it has ended or could not be started, with how, as a sentence. */
  readonly ended: Promise<{ readonly began: boolean; readonly how: string }>;
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

function whyNot(error: NodeJS.ErrnoException, start: Start): string {
  const program = start.command[0] ?? '';
  if (error.code === 'ENOENT' && !existsSync(start.artifact)) return `It could not start: its artifact's folder is gone. Start it again, which unpacks the artifact.`;
  if (error.code === 'ENOENT') return `It could not start: the command "${program}" was not found ${program.includes('/') ? 'in the artifact' : 'in PATH'}. Correct "start" in the manifest, or install it.`;
  if (error.code === 'EACCES') return `It could not start: "${program}" is not executable. Set its mode in the repository.`;
  return `It could not start: ${error.message}.`;
}

function howEnded(code: number | null, signal: NodeJS.Signals | null, afterMs: number): string {
  const how = signal === null ? `exited with code ${code ?? 'unknown'}` : `was ended by ${signal}`;
  return `Its process ${how} after ${(afterMs / 1000).toFixed(1)} s. Its log says more.`;
}

/** Never throws. */
export function startProcess(start: Start): Spawned {
  const startedAt = performance.now();
  const failed = (reason: unknown): Spawned => {
    const how = whyNot(reason instanceof Error ? reason : new Error(String(reason)), start);
    return { pid: undefined, ended: Promise.resolve({ began: false, how }), release: () => undefined };
  };
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
  const ended = new Promise<{ began: boolean; how: string }>((done) => {
    child.once('exit', (code, signal) => done({ began: true, how: howEnded(code, signal, performance.now() - startedAt) }));
    // Stays for good: a signal that cannot be sent makes an event of this name too.
    child.on('error', (error) => {
      if (child.pid === undefined) done({ began: false, how: whyNot(error, start) });
    });
  });
  return { pid: child.pid, ended, release: () => child.unref() };
}

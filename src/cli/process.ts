/** The command line on this process's terminal, files and network. */
import { spawn } from 'node:child_process';
import type { CliNeeds } from './needs.ts';
import { localFiles } from './local-files.ts';
import { runProgram } from './program.ts';
import { terminalAsk } from './terminal-ask.ts';

export interface ProcessParts extends Pick<CliNeeds, 'userHome' | 'program' | 'hookProgram' | 'validate' | 'up' | 'upDetached' | 'down' | 'sendTo' | 'handOf'> {
  readonly env: CliNeeds['env'] & { readonly TERM?: string | undefined };
}

/** Answers the exit code. Never calls `process.exit` for it, so that everything written arrives. */
export function runInProcess(words: readonly string[], { env, ...parts }: ProcessParts): Promise<number> {
  const { stdin, stdout, stderr } = process;
  endWithReader(stdout);
  return runProgram({
    ...parts, env, directory: process.cwd(), stdout, stderr,
    isTerminal: stdout.isTTY && stdin.isTTY && env.TERM !== 'dumb',
    fetch: globalThis.fetch, now: Date.now, sleep, onInterrupt, ask: terminalAsk(stdin, stderr), files: localFiles, openAddress,
  }, words);
}

/** `slipway status | head -1`: whoever reads has seen enough, which is no failure. */
function endWithReader(stdout: NodeJS.WriteStream): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

/** By the desktop's own program, which is given the address as an argument and no shell. */
function openAddress(address: string): Promise<boolean> {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  return new Promise((resolve) => {
    const child = spawn(program, [address], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
    child.unref();
  });
}

function onInterrupt(listener: () => void): () => void {
  process.once('SIGINT', listener);
  return () => void process.removeListener('SIGINT', listener);
}

/** The composition of the command line: the real terminal, files and network, and how the control plane is started. */
import { homedir } from 'node:os';
import { validate } from '../app/validate.ts';
import { localFiles } from '../cli/local-files.ts';
import type { CliEnvironment, CliNeeds } from '../cli/needs.ts';
import { runProgram } from '../cli/program.ts';
import { terminalAsk } from '../cli/terminal-ask.ts';
import { TARGET_KINDS } from '../targets/registry.ts';

export interface CliParts extends Pick<CliNeeds, 'up' | 'down'> {
  /** From src/config.ts, the only reader of the environment. */
  readonly env: CliEnvironment & { readonly TERM?: string | undefined };
}

/**
 * Runs the command line of this process: `process.exitCode = await runCli(process.argv.slice(2), parts)`. It never calls
 * `process.exit`, so that everything written arrives.
 */
export function runCli(words: readonly string[], parts: CliParts): Promise<number> {
  const { stdin, stdout, stderr } = process;
  endWithReader(stdout);
  return runProgram({
    env: parts.env, userHome: homedir(), directory: process.cwd(), stdout, stderr,
    isTerminal: stdout.isTTY && stdin.isTTY && parts.env.TERM !== 'dumb',
    fetch: globalThis.fetch, now: Date.now, sleep, onInterrupt,
    ask: terminalAsk(stdin, stderr),
    files: localFiles,
    validate: validate({ targets: TARGET_KINDS }),
    up: parts.up, down: parts.down,
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
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

function onInterrupt(listener: () => void): () => void {
  process.once('SIGINT', listener);
  return () => void process.removeListener('SIGINT', listener);
}

/** Steady load on one address, from a process of its own, so that what the demo does meanwhile cannot slow it. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { Answer, type PhaseCounts, type Told } from './counts.ts';

const ANSWER_WITHIN_MS = 20_000;

export interface Load {
  readonly requestsPerSecond: number;
  /** What is sent from now on counts under this name. */
  phase(name: string): void;
  /** Every phase so far. */
  counts(): Promise<readonly PhaseCounts[]>;
  /** @throws Error when no phase has this name */
  count(phase: string): Promise<PhaseCounts>;
  /** Sends nothing more; all counts, with what was still under way. */
  end(): Promise<readonly PhaseCounts[]>;
  kill(): void;
}

export function startLoad(url: string, requestsPerSecond: number): Load {
  const child = fork(join(import.meta.dirname, 'generator.ts'), { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<number, (counts: readonly PhaseCounts[]) => void>();
  let questions = 0;
  child.on('message', (message) => {
    const { question, counts } = Answer.parse(message);
    waiting.get(question)?.(counts);
    waiting.delete(question);
  });
  let ended: Error | undefined;
  child.on('error', (error) => {
    ended ??= error;
  });
  child.on('exit', (code) => {
    ended ??= new Error(`the load generator has ended (exit code ${code})`);
  });
  const tell = (told: Told): void => {
    if (ended !== undefined) throw ended;
    child.send(told);
  };
  const ask = (kind: 'count' | 'end') => new Promise<readonly PhaseCounts[]>((resolve, reject) => {
    const question = (questions += 1);
    const timer = setTimeout(() => reject(new Error('the load generator does not answer')), ANSWER_WITHIN_MS);
    waiting.set(question, (counts) => {
      clearTimeout(timer);
      resolve(counts);
    });
    tell({ kind, question });
  });
  tell({ kind: 'start', url, requestsPerSecond });
  return {
    requestsPerSecond,
    phase: (phase) => tell({ kind: 'phase', phase }),
    counts: () => ask('count'),
    count: async (name) => {
      const found = (await ask('count')).find(({ phase }) => phase === name);
      if (found === undefined) throw new Error(`there was no phase "${name}"`);
      return found;
    },
    end: () => ask('end'),
    kill: () => void child.kill('SIGKILL'),
  };
}

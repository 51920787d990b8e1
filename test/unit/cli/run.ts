/** Runs one command line as a process would, with what it wrote. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validate } from '../../../src/app/validate.ts';
import { localFiles } from '../../../src/cli/local-files.ts';
import type { CliNeeds } from '../../../src/cli/needs.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { START } from './builders.ts';
import { TOKEN } from './control-plane.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Not a terminal, real files, real HTTP; time begins at START and goes on by what is slept. */
export async function run(words: readonly string[], given: { address?: string; needs?: Partial<CliNeeds> } = {}): Promise<Ran> {
  let out = '';
  let err = '';
  let time = START;
  const code = await runProgram({
    env: given.address === undefined ? {} : { SLIPWAY_URL: given.address, SLIPWAY_TOKEN: TOKEN }, userHome: '/nobody/at/home', program: { version: '1.2.3', node: '24.0.0' }, hookProgram: { node: '/opt/node', script: '/opt/slip\'way/post-receive.mjs' }, directory: process.cwd(),
    stdout: { write: (text) => { out += text; } }, stderr: { write: (text) => { err += text; } },
    isTerminal: false, fetch: globalThis.fetch, now: () => time,
    sleep: async (ms) => {
      time += ms;
      await new Promise((resolve) => { setImmediate(resolve); });
    },
    onInterrupt: () => () => undefined,
    ask: { confirm: async () => { throw new Error('nobody is asked here'); }, init: async () => { throw new Error('nobody is asked here'); } },
    files: localFiles, openAddress: async () => false, validate: validate({ targets: ['process'] }), up: async () => 0, upDetached: async () => ({ url: 'http://127.0.0.1:7420', remarks: [] }), down: async () => ({ ran: true, left: 0 }), sendTo: async () => { throw new Error('no target is called here'); }, handOf: async () => { throw new Error('no hand is needed here'); },
    ...given.needs,
  }, words);
  return { code, out, err };
}

export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-cli-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { EXIT } from '../../../src/cli/exit.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { reference } from '../../../src/cli/reference.ts';

const docs = (): Promise<string> => readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');

it('docs/cli.md has every command with its help as the program prints it', async () => {
  const program = createProgram({ stdout: { write: () => undefined }, stderr: { write: () => undefined } } as never, () => undefined);
  const [, described = ''] = (await docs()).split('## Every command\n\n');
  expect(described.trimEnd()).toBe(reference(program));
});

it('docs/cli.md has every exit code', async () => {
  const text = await docs();
  for (const code of Object.values(EXIT)) expect(text).toContain(`| ${code} |`);
});

import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localConfig } from '../../../src/config.ts';
import { homeAt, prepareHome } from '../../../src/main/home.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'slipway-home-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('the data directory is made for its user alone, also again', () => {
  const home = homeAt(join(folder, 'new', 'home'));
  prepareHome(home);
  prepareHome(home);
  expect([home.root, home.logs, home.secrets].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
});

it.each(['file', 'file/below'])('where no directory can be made (%s), that is said with what to do', (path) => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => prepareHome(homeAt(join(folder, path)))).toThrow(expect.objectContaining({ name: 'InvalidInput', message: expect.stringMatching(/^The data directory .*file.* cannot be used: E.*--home DIRECTORY/) }));
});

it('a variable with a wrong value is refused by its name and what it takes', () => {
  for (const port of ['abc', '-1', '70000', '80.5']) expect(() => localConfig({ SLIPWAY_PORT: port })).toThrow('SLIPWAY_PORT: a port is a whole number from 0 to 65535');
  expect(() => localConfig({ SLIPWAY_PASS_SECONDS: 'often' })).toThrow('SLIPWAY_PASS_SECONDS: seconds are a number from 0.01 to 86400');
});

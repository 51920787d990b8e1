/** `slipway target test`, on the example and on what is wrong; `slipway up --target`. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sendTo } from '../../../src/adapters/local/own-targets.ts';
import { exportedFunction } from '../../../src/adapters/local/own-targets/module.ts';
import type { CliNeeds } from '../../../src/cli/needs.ts';
import { inFolder, run } from './run.ts';

const EXAMPLE = join(import.meta.dirname, '../../../examples/own-target');
const needs: Partial<CliNeeds> = {
  sendTo: async (place) => {
    if ('function' in place) throw new Error('no function is called here');
    return sendTo('under test', place);
  },
  handOf: async (path) => {
    const kill = await exportedFunction(path, 'kill');
    return async (instance) => void (await kill(instance));
  },
};
const test = (...words: string[]) => run(['target', 'test', ...words], { needs });

/** The example's target with its sites in this folder, and a hand that finds them. */
async function example(folder: string, changed: (text: string) => string = (text) => text): Promise<string[]> {
  await writeFile(join(folder, 'spec.json'), JSON.stringify({ settings: { root: join(folder, 'sites'), endpoint: 'http://127.0.0.1:8080' } }));
  await writeFile(join(folder, 'handler.mjs'), changed(await readFile(join(EXAMPLE, 'handler.mjs'), 'utf8')));
  await writeFile(join(folder, 'kill.mjs'), (await readFile(join(EXAMPLE, 'kill.mjs'), 'utf8')).replace("process.env.SITES_ROOT ?? '/tmp/sites'", JSON.stringify(join(folder, 'sites'))));
  return ['--module', join(folder, 'handler.mjs'), '--spec', join(folder, 'spec.json'), '--hand', join(folder, 'kill.mjs')];
}

describe('target test', () => {
  it('holds the example to the contract, and says what it left out and why', async () => {
    await inFolder(async (folder) => {
      const { code, out } = await test(...(await example(folder)));
      expect(out.split('\n').filter((line) => line.startsWith('✗'))).toEqual([]);
      expect(out).toContain('✓ relaunch replaces what has failed');
      expect(out).toContain('- launch keeps out of a lost zone (left out: the target has no zones)');
      expect(out).toMatch(/22 checks: 17 held, 0 failed, 5 left out\./);
      expect(code).toBe(0);
    });
  });

  it('leaves out failures without a hand, and answers JSON', async () => {
    await inFolder(async (folder) => {
      const { code, out } = await test(...(await example(folder)).slice(0, 4), '--json');
      const answer = JSON.parse(out) as { failed: number; checks: { check: string; status: string; why?: string }[] };
      expect([code, answer.failed]).toEqual([0, 0]);
      expect(answer.checks.filter(({ why }) => why?.startsWith('nobody can end') === true).map(({ check }) => check)).toEqual(['observe sees what a foreign hand has ended', 'relaunch replaces what has failed, once, and the number of instances never rises']);
    });
  });

  it('finds a target that lets an older writer win, and exits 1', async () => {
    await inFolder(async (folder) => {
      const { code, out } = await test(...(await example(folder, (text) => text.replace('if (request.generation < newest)', 'if (false)'))));
      expect(code).toBe(1);
      expect(out).toContain('✗ the generation that has passed is refused by every changing verb');
      expect(out).toContain('should have been refused with StaleGeneration');
    });
  });

  it.each([
    [['--address', 'http://127.0.0.1:1/'], 1, /does not answer describe, so nothing else was asked/], [[], 2, /--module FILE, --address URL or --function NAME/],
    [['--module', 'a.mjs', '--address', 'http://127.0.0.1:1'], 2, /cannot be used with/], [['--module', 'none.mjs'], 1, /none\.mjs cannot be loaded/],
    [['--module', join(EXAMPLE, 'handler.mjs'), '--spec', 'none.json'], 1, /There is no file none\.json/],
  ])('%j', async (words, code, said) => {
    const ran = await test(...words);
    expect([ran.code, ran.err]).toEqual([code, expect.stringMatching(said)]);
  });
});

describe('up', () => {
  it('takes targets of one\'s own, modules by their full path', async () => {
    const given: unknown[] = [];
    const up: CliNeeds['up'] = async ({ targets }) => {
      given.push(...targets);
      return 0;
    };
    expect((await run(['up', '--target', 'site=./site/handler.mjs', '--target', 'mainframe=http://127.0.0.1:9000/verbs'], { needs: { up, directory: '/work' } })).code).toBe(0);
    expect(given).toEqual([{ kind: 'site', place: { module: '/work/site/handler.mjs' } }, { kind: 'mainframe', place: { url: 'http://127.0.0.1:9000/verbs' } }]);
    expect(await run(['up', '--target', 'Site'], { needs: { up } })).toMatchObject({ code: 2, err: expect.stringContaining('KIND=WHERE') });
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arm } from '../domain/judge/builders.ts';
import { controlPlane, type ControlPlane } from './control-plane.ts';
import { inFolder, run } from './run.ts';

let plane: ControlPlane | undefined;
afterEach(async () => {
  await plane?.close();
  plane = undefined;
});

const ticks = (count: number, failed: number) => Array.from({ length: count }, (_, index) => JSON.stringify({ at: 5 * (index + 1), stable: { requests: 900, failures: { status5xx: 1 } }, candidate: { requests: 100, failures: { status5xx: failed } } })).join('\n');
const withFile = <T>(text: string, work: (path: string, folder: string) => Promise<T>): Promise<T> => inFolder(async (folder) => {
  const path = join(folder, 'ticks.ndjson');
  await writeFile(path, text);
  return work(path, folder);
});

describe('slipway judge', () => {
  it('prints a verdict per tick, and the last one with its evidence', () => withFile(ticks(20, 4), async (path) => {
    const { code, out } = await run(['judge', '--input', path]);
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^ +5 s {2}continue {6}4 of 100 failed, stable 1 of 900; [\d.]+ to 1$/);
    expect(lines.find((line) => line.startsWith('abort after'))).toMatch(/failures: \d+ of \d+ \(4 %\) on the candidate/);
    expect(out).toMatch(/\d+ more ticks are not judged/);
    expect(out).toContain('100 to 1 aborts');
  }));

  it('promotes at the end of the recording, or of the hold that is given', () => withFile(ticks(20, 0), async (path) => {
    const verdicts = async (...more: string[]) => (JSON.parse((await run(['judge', '--input', path, '--json', ...more])).out) as { ticks: { verdict: string }[] }).ticks.map(({ verdict }) => verdict);
    expect((await verdicts()).lastIndexOf('continue')).toBe(18);
    expect((await verdicts()).at(-1)).toBe('promote');
    expect(new Set(await verdicts('--hold', '10m'))).toEqual(new Set(['continue']));
  }));

  it('judges by the rule of a manifest', () => withFile(ticks(20, 4), async (path, folder) => {
    const manifest = join(folder, 'slipway.yaml');
    await writeFile(manifest, 'service: catalog\nteam: shop\nstart: [node, server.js]\ncanary: { judge: { maximumFailureRate: 0.05 } }\n');
    expect((await run(['judge', '--input', path, '--manifest', manifest])).out).toContain('promote after');
    await writeFile(manifest, 'service: catalog\n');
    expect(await run(['judge', '--input', path, '--manifest', manifest])).toMatchObject({ code: 1, err: expect.stringContaining('slipway.yaml has mistakes') });
  }));

  it('names every bad line with its file and reason', () => withFile('{"at": 5, "stable": {"requests": 1}}\nx\n{"at": 4, "stable": null}', async (path) => {
    const { code, err } = await run(['judge', '--input', path]);
    expect(code).toBe(1);
    expect(err).toContain(`${path}:2: no JSON: `);
    expect(err).toContain(`${path}:3: at: 4 does not come after 5`);
  }));

  it.each([[['judge'], 2, 'slipway judge --input FILE'], [['judge', '--input', '/nowhere/x'], 1, 'There is no file /nowhere/x'], [['judge', 'calibrate'], 2, 'Name recorded ticks']])('%j ends with %d', async (words, exit, said) => {
    expect(await run(words)).toMatchObject({ code: exit, err: expect.stringContaining(said) });
  });
});

describe('slipway judge calibrate', () => {
  it('says from a recording whether the promise holds', () => withFile(ticks(20, 0), async (path) => {
    const { code, out } = await run(['judge', 'calibrate', '--input', path, '--runs', '120']);
    expect(out).toBe('20 ticks, 1m40s: 18,000 requests, 20 failures.\nThe same release on both arms, 120 runs: 2 aborted, 1.67 % (0.2 % to 5.89 %).\nNothing speaks against the promise of 1 %.\n');
    expect(code).toBe(0);
  }));

  it('shows a terminal how far it is, and nobody else', () => withFile(ticks(20, 0), async (path) => {
    let time = 0;
    const slow = { now: () => (time += 150) };
    const words = ['judge', 'calibrate', '--input', path, '--runs', '6'];
    const { out, err } = await run(words, { needs: { ...slow, isTerminal: true } });
    const shown = err.split('\r');
    expect(shown[1]).toMatch(/^\S*2 of 6 runs, \d aborted; about \d+s left/);
    expect(shown.at(-1)).toBe('\u001B[K');
    expect(out).toMatch(/6 runs/);
    expect((await run(words, { needs: slow })).err).toBe('');
    const json = await run([...words, '--json'], { needs: { ...slow, isTerminal: true } });
    expect([json.err, JSON.parse(json.out)]).toEqual(['', expect.objectContaining({ runs: 6 })]);
  }));

  it('ends at Ctrl-C with what is known', () => withFile(ticks(20, 0), async (path) => {
    let time = 0;
    const { code, out, err } = await run(['judge', 'calibrate', '--input', path, '--runs', '5000'], { needs: { now: () => (time += 150), onInterrupt: (listener) => { setImmediate(listener); return () => undefined; } } });
    expect([code, err]).toEqual([130, expect.stringMatching(/^Ended early, after \d+ of 5,000 runs\.\n$/)]);
    expect(out).toMatch(/^20 ticks, 1m40s: .*\nThe same release on both arms, \d+ runs: /);
  }));

  it('makes watches as long as is said', () => withFile(ticks(20, 0), async (path) => {
    expect((await run(['judge', 'calibrate', '--input', path, '--runs', '100', '--hold', '30s'])).out).toContain('The same release on both arms, 100 runs of 30s each: ');
    expect(await run(['judge', 'calibrate', '--input', path, '--hold', '300d'])).toMatchObject({ code: 2, err: expect.stringContaining('100,000 looks are the most') });
  }));

  it('says nothing of nothing', () => withFile('{"at":5,"stable":null}', async (path) => {
    expect(await run(['judge', 'calibrate', '--input', path])).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was counted of the stable arm in') });
  }));

  it('watches a running service, and leaves out a look across a restart', async () => {
    let look = 0;
    const counts = (requests: number) => ({ ...arm(requests), failures: { status5xx: 0 } });
    plane = await controlPlane({ 'GET /v1/services/catalog/environments/production/counts': () => {
      look += 1;
      return { body: { epoch: look < 4 ? 'a' : 'b', at: look * 5000, stable: 'catalog-6-production', revisions: { 'catalog-6-production': counts((look < 4 ? look : look - 3) * 1000) } } };
    } });
    const { code, out } = await run(['judge', 'calibrate', 'catalog', '-e', 'production', '--time', '30s', '--interval', '5s', '--runs', '100', '--json'], { address: plane.address });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ runs: 100, aborted: 0, requests: 5000, failures: 0, holdSeconds: 25 });
  });
});

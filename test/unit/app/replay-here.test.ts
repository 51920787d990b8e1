/** Replays that a function sends: real requests to a real server, requests from where a release has them. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { replaysOverHttp } from '../../../src/adapters/local/replay/send.ts';
import type { Turn } from '../../../src/app/deployment-turn.ts';
import { keepRecording } from '../../../src/app/keep-recording.ts';
import { replayHere } from '../../../src/app/replay-here.ts';
import { registerRepository } from '../../../src/app/register.ts';
import type { CompareRequest, CompareResult } from '../../../src/contracts/target.ts';
import { LimitExceeded, NotFound, ProviderUnavailable } from '../../../src/domain/errors.ts';
import { Test } from '../../../src/domain/manifest.ts';
import { emptyReport } from '../../../src/domain/parallel/report.ts';
import { RecordingRule } from '../../../src/domain/recording/rule.ts';
import { startInstance } from '../router/rig.ts';
import { CANDIDATE, desired, manifest, STABLE } from '../domain/planner/builders.ts';
import { rig, type Rig } from './rig.ts';

const REPOSITORY = 'https://git.example/shop.git';
const COMMIT = 'c'.repeat(40);
const LIMITS = { seconds: 20, rate: 200, fileBytes: 1000 };
let at: Rig;
let server: { readonly port: number; readonly close: () => Promise<void> };
let listener: RequestListener;
let seen: string[];
let release: { readonly repository: string | null; readonly commit: string | null; readonly manifestPath: string };
let looks: { readonly until: number; asked: number; waited: number };
let compare: ((request: CompareRequest) => CompareResult) | undefined;
const files = new Map<string, string>();

beforeEach(async () => {
  at = rig();
  seen = [];
  files.clear();
  listener = (_request, response) => response.end('ok');
  server = await startInstance((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    listener(request, response);
  });
  release = { repository: (await registerRepository(at.needs)({ url: REPOSITORY, by: 'anna' as never })).url, commit: COMMIT, manifestPath: 'services/shop/slipway.yaml' };
  looks = { until: 0, asked: 0, waited: 0 };
  compare = undefined;
});
afterEach(async () => {
  await server.close();
  await at.close();
});

async function run(parts: Record<string, unknown>, test: Record<string, unknown> = {}, stable: string | null = STABLE) {
  const parsed = Test.parse({ name: 'as recorded', replay: { rate: 100, duration: '300ms', ...parts }, ...test });
  const turn = {
    deployment: { value: { service: 'catalog', environment: 'staging', plan: { stable, candidate: CANDIDATE, digest: `sha256:${'a'.repeat(64)}` } } },
    pipeline: { value: { ...release, manifest: manifest() } }, desired: { value: desired() },
  } as unknown as Turn;
  const needs = {
    ...at.needs, replays: { ...replaysOverHttp, wait: async (seconds: number) => void (looks.waited += seconds) },
    sources: { ...at.needs.sources, file: async (repository: string, commit: string, path: string, limitBytes: number) => fileOf(`${repository}@${commit}:${path}`, limitBytes) },
    artifactFiles: { text: async (_digest: string, path: string) => files.get(`artifact:${path}`) },
    recordingFiles: { save: async (text: string) => { files.set('recording', text); return { digest: `sha256:${'d'.repeat(64)}` as never, bytes: text.length }; }, read: async () => files.get('recording') ?? '' },
    targets: {
      observe: async () => [], describe: async () => ({}) as never, names: () => [],
      compare: async (_target: string, request: CompareRequest): Promise<CompareResult> => {
        looks.asked += 1;
        if (looks.asked <= looks.until || compare === undefined) return { verb: 'compare', ready: false, report: emptyReport() };
        return compare(request);
      },
    },
  };
  if (parts['from'] === 'recording' && files.has('requests')) {
    at.clock.advance(1);
    const requests = (files.get('requests') ?? '').split(' ').map((target) => ({ method: 'GET', target, headers: {} }));
    const { writes } = await keepRecording({ ...needs, clock: at.clock }, { service: 'catalog' as never, environment: 'production' as never, by: 'anna' as never, progress: { rule: RecordingRule.parse({}), begunAt: 0, endsAt: 1, taken: 1, leftOut: 0, kept: 1 }, requests });
    await needs.store.transact(writes);
  }
  if (parsed.replay === undefined) throw new Error('it must be a replay');
  return replayHere(needs, turn, { replay: parsed.replay, test: parsed, limits: LIMITS }, `http://127.0.0.1:${server.port}/base`);
}

function fileOf(name: string, limitBytes: number): string {
  const text = files.get(name);
  if (text === undefined) throw new NotFound(`${name}: there is no such file in the commit.`);
  if (text.length > limitBytes) throw new LimitExceeded(`${name} is too large`);
  return text;
}

describe('a replay in a function', () => {
  it('sends a recording to the address of the environment, and says the same as one from a program', async () => {
    files.set('requests', '/a /b');
    const outcome = await run({ from: 'recording' });
    expect(outcome).toMatchObject({ passed: true, detail: expect.stringMatching(/^2 requests of recording at 100\/s for 0\.3 s\n30 requests, 0 failed; p50 .*200: 30/) });
    expect(seen).toHaveLength(30);
    expect(['a', 'b'].map((name) => seen.filter((line) => line === `GET /base/${name}`).length)).toEqual([15, 15]);
  });

  it('fails when the service does not answer as expected, with the first failures', async () => {
    files.set('requests', '/a /b');
    listener = (request, response) => response.writeHead(request.url === '/base/b' ? 500 : 200).end();
    expect(await run({ from: 'recording', expect: { failures: 0.1 } })).toMatchObject({ passed: false, detail: expect.stringMatching(/15 of 30 requests failed \(50 %\)[\s\S]*GET \/b: 500/) });
  });

  it('has its file beside the manifest in the commit', async () => {
    files.set(`${REPOSITORY}@${COMMIT}:services/shop/tests/requests.txt`, 'GET /from-the-commit\nPOST /orders\n');
    expect(await run({ from: 'tests/requests.txt' })).toMatchObject({ passed: true, detail: expect.stringContaining('1 requests of tests/requests.txt at 100/s for 0.3 s; 1 with other methods left out') });
    expect(new Set(seen)).toEqual(new Set(['GET /base/from-the-commit']));
    release = { ...release, manifestPath: 'slipway.yaml' };
    files.set(`${REPOSITORY}@${COMMIT}:a.har`, JSON.stringify({ log: { entries: [{ request: { method: 'GET', url: 'https://shop.example/from-a-har' } }] } }));
    expect(await run({ from: 'a.har' })).toMatchObject({ passed: true });
    expect(seen.at(-1)).toBe('GET /base/from-a-har');
  });

  it('has its file in the artifact where the release has no commit', async () => {
    release = { repository: null, commit: null, manifestPath: 'slipway.yaml' };
    files.set('artifact:requests.txt', '/from-the-artifact');
    expect(await run({ from: 'requests.txt' })).toMatchObject({ passed: true });
    expect(seen[0]).toBe('GET /base/from-the-artifact');
    expect(await run({ from: 'missing.txt' })).toMatchObject({ passed: false, detail: expect.stringContaining('slipway recording import catalog FILE') });
  });

  it.each([
    ['without a recording', { from: 'recording' }, /There is no recording of catalog in production/],
    ['without its file', { from: 'gone.txt' }, /gone\.txt: there is no such file/],
    ['over the limits', { from: 'recording', rate: 201 }, /sends 201 requests a second/],
  ])('has failed %s, and sends nothing', async (_case, parts, says) => {
    expect(await run(parts)).toMatchObject({ passed: false, detail: expect.stringMatching(says) });
    expect(seen).toEqual([]);
  });

  it('has failed when its load takes longer than the test may', async () => {
    files.set('requests', '/a');
    listener = (_request, response) => { at.clock.advance(500); response.end(); };
    expect(await run({ from: 'recording' }, { timeout: '1s' })).toMatchObject({ passed: false, detail: expect.stringMatching(/^It took 15 s, and 1\.3 s is the most\.\n30 requests, 0 failed/) });
  });

  it('is tried again when something passes by itself', async () => {
    files.set('requests', '/a');
    compare = () => { throw new ProviderUnavailable('the target does not answer now'); };
    await expect(run({ from: 'recording', compare: true })).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });
});

describe('its comparison', () => {
  const found = (request: CompareRequest, candidate: number) => ({ ...emptyReport(), compared: request.requests.length, ...(candidate === 0 ? {} : { differing: candidate, fields: { '$.price': { candidate, stable: 0, both: 0 } } }) });

  it('asks the revisions through the target, in turn, as many requests as the load had', async () => {
    files.set('requests', Array.from({ length: 40 }, (_, index) => `/${index}`).join(' '));
    looks = { until: 2, asked: 0, waited: 0 };
    const asked: CompareRequest[] = [];
    compare = (request) => { asked.push(request); return { verb: 'compare', ready: true, report: found(request, 0) }; };
    const outcome = await run({ from: 'recording', compare: true, rate: 200, duration: '300ms' });
    expect(outcome).toMatchObject({ passed: true, detail: expect.stringContaining('Compared with the stable revision: same: 60 requests had the same answers') });
    expect(asked.map(({ requests }) => [requests[0]?.target, requests.length])).toEqual([['/0', 50], ['/10', 10]]);
    expect(asked[0]).toMatchObject({ stable: STABLE, candidate: CANDIDATE, generation: 7, service: 'catalog' });
    expect(looks.waited).toBe(10);
  });

  it('fails on answers that differ, and when nothing could be asked', async () => {
    files.set('requests', '/a');
    compare = (request) => ({ verb: 'compare', ready: true, report: found(request, request.requests.length) });
    expect(await run({ from: 'recording', compare: true })).toMatchObject({ passed: false, detail: expect.stringMatching(/different: the candidate's answers differ from the stable revision's in \$\.price/) });
    looks = { until: 1000, asked: 0, waited: 0 };
    expect(await run({ from: 'recording', compare: true })).toMatchObject({ passed: false, detail: expect.stringContaining('Nothing was compared') });
    expect(looks.waited).toBe(60);
  });

  it('has nothing to compare with at a first release, and says so', async () => {
    files.set('requests', '/a');
    expect(await run({ from: 'recording', compare: true }, {}, null)).toMatchObject({ passed: true, detail: expect.stringContaining('this is the first release here') });
    expect(looks.asked).toBe(0);
  });
});

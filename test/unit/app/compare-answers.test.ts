import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compareAnswers } from '../../../src/app/compare-answers.ts';
import { keepRecording } from '../../../src/app/keep-recording.ts';
import type { Turn } from '../../../src/app/deployment-turn.ts';
import type { CompareRequest, CompareResult } from '../../../src/contracts/target.ts';
import type { HoldProgress } from '../../../src/domain/deployment.ts';
import { emptyReport, type ParallelReport } from '../../../src/domain/parallel/report.ts';
import { RecordingRule } from '../../../src/domain/recording/rule.ts';
import { ParallelRun } from '../../../src/domain/parallel/rule.ts';
import type { ParallelReading } from '../../../src/ports/parallel-runs.ts';
import { CANDIDATE, desired, instance, STABLE } from '../domain/planner/builders.ts';
import { rig, type Rig } from './rig.ts';

let at: Rig;
let reading: ParallelReading;
const key = { partition: 'deployment#catalog-2-production', sort: 'deployment' };
const report = (compared: number, price = 0): ParallelReport => ({ ...emptyReport(), compared, differing: price, fields: price === 0 ? {} : { '$.price': { candidate: price, stable: 0, both: 0 } } });

beforeEach(async () => {
  at = rig();
  reading = { epoch: 'a', report: report(0) };
  answers = undefined;
  asked.splice(0);
  await at.needs.store.transact([{ kind: 'put', key, value: { id: 'catalog-2-production', service: 'catalog', environment: 'production', plan: { candidate: CANDIDATE, stable: STABLE }, holds: [], promoteRequestedBy: null }, condition: { absent: true } }]);
});
afterEach(() => at.close());

async function stored() {
  const item = await at.needs.store.get(key);
  if (item === undefined) throw new Error('the deployment must be there');
  return { key, generation: item.generation, value: item.value as Turn['deployment']['value'] };
}
const hold = async (): Promise<HoldProgress | undefined> => (await stored()).value.holds[0];

/** What the target was asked: the targets of requests, and what it then found different. */
const asked: string[][] = [];
let answers: { ready: boolean; differs: boolean } | undefined;
const text = [...Array.from({ length: 60 }, (_, index) => ({ method: 'GET', target: `/${index}` })), { method: 'POST', target: '/unsafe' }, { method: 'GET', target: '/body', body: '{}' }].map((request) => JSON.stringify(request)).join('\n');

async function look(rule: Record<string, unknown> = {}) {
  const place = desired({ [STABLE]: 2, [CANDIDATE]: 1 });
  const observed = { service: place.service, environment: place.environment, weights: place.weights, instances: [instance('one'), instance('two'), instance('new', { revision: CANDIDATE })], endpoint: null };
  const needs = { ...at.needs, 
    targets: {
      observe: async () => [observed], names: () => [],
      describe: async () => ({ mirrors: answers === undefined }) as never,
      compare: async (_target: string, request: CompareRequest): Promise<CompareResult> => {
        const { ready, differs } = answers ?? { ready: false, differs: false };
        if (ready) asked.push(request.requests.map(({ target }) => target));
        return { verb: 'compare', ready, report: ready ? report(request.requests.length, differs ? request.requests.length : 0) : emptyReport() };
      },
    },
    parallelRuns: { read: async () => answers === undefined ? reading : Promise.reject(new Error('nothing mirrors here')) }, recordingFiles: { save: async () => Promise.reject(new Error('nothing is stored')), read: async () => text } };
  const turn = { deployment: await stored(), desired: { key: { partition: 'x', sort: 'x' }, generation: 1, value: place } } as unknown as Turn;
  return compareAnswers(needs, turn, { deploymentId: 'catalog-2-production' as never, stage: 'canary', batch: 0, hold: { seconds: 60, tickSeconds: 10, rule: null }, rule: ParallelRun.parse({ duration: 60, ...rule }) });
}

describe('a look at a parallel run', () => {
  it('goes on until its time is over, and ends it with enough equal answers', async () => {
    expect(await look()).toMatchObject({ verdict: 'continue', until: new Date(at.clock.now() + 10_000).toISOString() });
    at.clock.advance(55_000);
    reading = { epoch: 'a', report: report(80) };
    expect(await look()).toMatchObject({ verdict: 'continue', until: new Date(at.clock.now() + 5000).toISOString() });
    at.clock.advance(5000);
    expect(await look()).toMatchObject({ verdict: 'promote' });
    expect(await hold()).toMatchObject({ turns: 3, parallelRun: { verdict: { kind: 'same' }, report: { compared: 80 } } });
  });

  it('ends the deployment as soon as a difference is clear, and keeps what it found', async () => {
    reading = { epoch: 'a', report: report(30, 30) };
    await expect(look()).rejects.toMatchObject({ name: 'AnswersDiffer', evidence: { fields: ['$.price'] }, message: expect.stringContaining('slipway show catalog-2') });
    expect((await hold())?.parallelRun?.report.compared).toBe(30);
  });

  it('lengthens the time where too few came, then says so: no data is no pass', async () => {
    await look();
    at.clock.advance(60_000);
    expect(await look({ extensions: 1 })).toMatchObject({ verdict: 'continue' });
    expect(await hold()).toMatchObject({ extensions: 1, seconds: 120 });
    at.clock.advance(60_000);
    await expect(look({ extensions: 1 })).rejects.toMatchObject({ name: 'Inconclusive', message: expect.stringContaining('0 requests were compared, and 50 are asked for') });
  });

  it('adds up over mirrors that began again', async () => {
    reading = { epoch: 'a', report: report(40) };
    await look();
    reading = { epoch: 'b', report: report(5) };
    await look();
    reading = { epoch: 'b', report: report(20) };
    await look();
    expect(await hold()).toMatchObject({ parallelRun: { epoch: 'b', earlier: { compared: 40 }, report: { compared: 20 }, verdict: { kind: 'same' } } });
    // A difference that was found before the mirror began again still counts.
    reading = { epoch: 'c', report: report(5) };
    await look();
    reading = { epoch: 'c', report: report(30, 25) };
    await expect(look()).rejects.toMatchObject({ name: 'AnswersDiffer' });
  });

  it('only reports where it is told to', async () => {
    reading = { epoch: 'a', report: report(30, 30) };
    expect(await look({ onDifference: 'report' })).toMatchObject({ verdict: 'continue' });
    at.clock.advance(60_000);
    expect(await look({ onDifference: 'report' })).toMatchObject({ verdict: 'promote' });
    expect((await hold())?.parallelRun?.verdict.kind).toBe('different');
  });

  it('ends early when a person asks, on evidence that would do at the end', async () => {
    const now = await stored();
    await at.needs.store.transact([{ kind: 'put', key, value: { ...now.value, promoteRequestedBy: 'anna' }, condition: { generation: now.generation } }]);
    expect(await look()).toMatchObject({ verdict: 'continue' });
    reading = { epoch: 'a', report: report(60) };
    expect(await look()).toMatchObject({ verdict: 'promote' });
  });
});

describe('a look where the target asks recorded requests', () => {
  async function record(): Promise<string> {
    at.clock.advance(1);
    const recordingFiles = { save: async () => ({ digest: `sha256:${'d'.repeat(64)}` as never, bytes: text.length }), read: async () => text };
    const progress = { rule: RecordingRule.parse({}), begunAt: 0, endsAt: 1, taken: 62, leftOut: 0, kept: 62 };
    const { recording, writes } = await keepRecording({ ...at.needs, recordingFiles }, { service: 'catalog' as never, environment: 'production' as never, by: 'anna' as never, progress, requests: [{ method: 'GET', target: '/', headers: {} }] });
    await at.needs.store.transact(writes);
    return recording.id;
  }

  it('asks another part of them each time, safe ones only, and adds up what it finds', async () => {
    const recording = await record();
    answers = { ready: false, differs: false };
    expect(await look()).toMatchObject({ verdict: 'continue' });
    expect(await hold()).toMatchObject({ parallelRun: { recording, report: { compared: 0 }, verdict: { kind: 'unclear' } } });
    answers = { ready: true, differs: false };
    await look();
    // A newer one is for the next release.
    await record();
    await look();
    expect(asked).toEqual([Array.from({ length: 50 }, (_, index) => `/${index}`), [...Array.from({ length: 10 }, (_, index) => `/${index + 50}`), ...Array.from({ length: 40 }, (_, index) => `/${index}`)]]);
    expect(await hold()).toMatchObject({ turns: 3, parallelRun: { recording, earlier: { compared: 50 }, report: { compared: 50 }, verdict: { kind: 'same' } } });
    at.clock.advance(60_000);
    expect(await look()).toMatchObject({ verdict: 'promote' });
  });

  it('takes the release back when a difference is clear, over several looks', async () => {
    await record();
    answers = { ready: true, differs: true };
    await expect(look()).rejects.toMatchObject({ name: 'AnswersDiffer', evidence: { fields: ['$.price'] } });
    expect(await hold()).toMatchObject({ parallelRun: { verdict: { kind: 'different' } } });
  });

  it('that never gets an answer ends without one: no data is no pass', async () => {
    await record();
    answers = { ready: false, differs: false };
    await look({ extensions: 0 });
    at.clock.advance(60_000);
    await expect(look({ extensions: 0 })).rejects.toMatchObject({ name: 'Inconclusive', message: expect.stringContaining('slipway recording import') });
  });

  it('says so when there is no recording any more', async () => {
    answers = { ready: true, differs: false };
    await expect(look()).rejects.toMatchObject({ name: 'NotFound', message: expect.stringContaining('There is no recording of catalog in production') });
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keepRecording } from '../../../src/app/keep-recording.ts';
import { refuseImpossible } from '../../../src/app/plan.ts';
import type { DescribeResult } from '../../../src/contracts/target.ts';
import { compilePlan } from '../../../src/domain/planner/compile-plan.ts';
import { RecordingRule } from '../../../src/domain/recording/rule.ts';
import type { ReplayLimits } from '../../../src/domain/replay/limits.ts';
import { planInput } from '../domain/planner/builders.ts';
import { rig, type Rig } from './rig.ts';

let at: Rig;
beforeEach(() => void (at = rig()));
afterEach(() => at.close());

const LIMITS: ReplayLimits = { seconds: 480, rate: 300, fileBytes: 1000 };

function ask(input: Parameters<typeof planInput>[0], can: Partial<Pick<DescribeResult, 'mirrors' | 'compares'>> = {}, replaysHere?: ReplayLimits): Promise<void> {
  const targets = { describe: async () => ({ verb: 'describe' as const, kind: 'process', weights: true, zones: true, scaleToZero: true, limits: {}, problems: [], ...can }), observe: async () => [], compare: async () => Promise.reject(new Error('it is only planned')), names: () => ['process'] };
  return refuseImpossible({ ...at.needs, targets, settings: { queuePollSeconds: 1, settleFirstSeconds: 1, settleShortestSeconds: 1, settleLongestSeconds: 1, watchSeconds: 1, repairLeaseSeconds: 1, publicUrl: null, ...(replaysHere === undefined ? {} : { replaysHere }) } }, compilePlan(planInput(input)));
}

async function record(requests: number): Promise<void> {
  const plan = compilePlan(planInput({}));
  const progress = { rule: RecordingRule.parse({}), begunAt: 0, endsAt: 1, taken: requests, leftOut: 0, kept: requests };
  const recordingFiles = { save: async () => ({ digest: `sha256:${'d'.repeat(64)}` as never, bytes: 1 }), read: async () => '' };
  const { writes } = await keepRecording({ ...at.needs, recordingFiles }, { service: plan.service, environment: plan.environment, by: 'anna' as never, progress, requests: Array.from({ length: requests }, () => ({ method: 'GET', target: '/', headers: {} })) });
  await at.needs.store.transact(writes);
}

describe('a parallel run', () => {
  it('is refused where the target can neither mirror nor ask, with the other way', async () => {
    await expect(ask({ manifest: { parallelRun: {} } })).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('"compare: true"') });
    await expect(ask({ manifest: { parallelRun: {} } }, { mirrors: false, compares: false })).rejects.toMatchObject({ name: 'NotSupported' });
    await expect(ask({ manifest: { parallelRun: {} } }, { mirrors: true })).resolves.toBeUndefined();
    await expect(ask({ manifest: {} })).resolves.toBeUndefined();
  });

  it('is refused without recorded requests where the target asks them, with how to get some', async () => {
    const refusal = { name: 'NotSupported', message: expect.stringContaining('slipway recording import catalog FILE --environment production') };
    await expect(ask({ manifest: { parallelRun: {} } }, { compares: true })).rejects.toMatchObject(refusal);
    await record(0);
    await expect(ask({ manifest: { parallelRun: {} } }, { compares: true })).rejects.toMatchObject(refusal);
    at.clock.advance(1);
    await record(1);
    await expect(ask({ manifest: { parallelRun: {} } }, { compares: true })).resolves.toBeUndefined();
  });
});

describe('a replay that a function is to send', () => {
  const replay = (parts: Record<string, unknown>) => ({ manifest: { tests: [{ name: 'as recorded', replay: { from: 'recording', ...parts } }] }, kind: 'staging' as const });

  it.each([
    [{ duration: '481s' }, /"as recorded" replays for 481 s, and a function here may for 480 s/],
    [{ duration: '241s', compare: true }, /for 482 s, its comparison included/],
    [{ rate: 301 }, /sends 301 requests a second, and a function here sends at most 300/],
  ])('is refused over its limits: %j', async (parts, says) => {
    await expect(ask(replay(parts), { compares: true }, LIMITS)).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringMatching(says) });
    await expect(ask(replay(parts))).resolves.toBeUndefined();
  });

  it('is taken within them, and compares only where the target asks its revisions', async () => {
    await expect(ask(replay({ duration: '240s', compare: true, rate: 300 }), { compares: true }, LIMITS)).resolves.toBeUndefined();
    await expect(ask(replay({ compare: true }), {}, LIMITS)).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('Leave "compare" out') });
    await expect(ask(replay({}), {}, LIMITS)).resolves.toBeUndefined();
  });
});

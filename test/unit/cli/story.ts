/** A good release, moment by moment, as the API would answer it. */
import { approval, deployment, hold, instance, observed, pipeline, START, test } from './builders.ts';

const staging = (parts: Record<string, unknown>, healthy: number, tests: unknown[] = []) => ({
  deployment: deployment('staging', parts), tests, gates: [], approvals: [],
  observed: observed('staging', healthy === 2 ? { 'catalog-7-staging': 100 } : { 'catalog-6-staging': 100 }, [1, 2].map((number) => instance('catalog-7-staging', number, { health: number <= healthy ? 'healthy' : 'starting' }))),
});
const staged = staging({ stage: 'staging', status: { kind: 'succeeded', at: START + 9000 } }, 2, [test('answers'), test('lists')]);
const production = (parts: Record<string, unknown>, weight: number, healthy: number, approvals: unknown[] = []) => ({
  deployment: deployment('production', parts), tests: [], gates: [], approvals,
  observed: observed('production', weight === 0 ? { 'catalog-6-production': 100 } : { 'catalog-6-production': 100 - weight, 'catalog-7-production': weight }, [instance('catalog-6-production', 1), ...Array.from({ length: healthy }, (_, index) => instance('catalog-7-production', index + 1))]),
});
const canaried = [hold('canary', 480, 1)];
const approved = approval({ status: { kind: 'approved', at: START + 90_000 }, decisions: [{ by: 'carl', at: START + 90_000, decision: 'approve', comment: '' }] });

export interface Moment {
  readonly at: number;
  readonly detail: unknown;
}

const moment = (seconds: number, deployments: unknown[], parts: Record<string, unknown> = {}): Moment => ({ at: START + seconds * 1000, detail: { pipeline: pipeline(parts), deployments } });

export const goodRelease: readonly Moment[] = [
  moment(1, []),
  moment(2, [staging({ stage: 'staging' }, 0)], { stage: 'staging' }),
  moment(4, [staging({ stage: 'staging' }, 2)], { stage: 'staging' }),
  moment(5, [staging({ stage: 'staging' }, 2, [test('answers')])], { stage: 'staging' }),
  moment(9, [staged, production({}, 0, 0)], { stage: 'staging' }),
  moment(10, [staged, production({ stage: 'canary' }, 0, 1)], { stage: 'canary' }),
  moment(13, [staged, production({ stage: 'canary', holds: [hold('canary', 20, 0)] }, 10, 1)], { stage: 'canary' }),
  moment(40, [staged, production({ stage: 'canary', holds: [hold('canary', 240, 1)] }, 10, 1)], { stage: 'canary' }),
  moment(72, [staged, production({ stage: 'canary', holds: [...canaried, hold('watch', 520, 1, { seconds: 34_560_000 })] }, 10, 1, [approval()])], { stage: 'canary' }),
  moment(91, [staged, production({ stage: 'rollout', batch: 0, holds: [...canaried, hold('rollout', 600, 1, { startedAt: START + 90_000, seconds: 30 })] }, 50, 1, [approved])], { stage: 'rollout' }),
  moment(125, [staged, production({ stage: 'rollout', batch: 1, holds: [...canaried, hold('rollout', 900, 1, { startedAt: START + 122_000, seconds: 30, batch: 1 })] }, 100, 2, [approved])], { stage: 'rollout' }),
  moment(155, [staged, production({ stage: 'rollout', batch: 1, status: { kind: 'succeeded', at: START + 154_000 }, holds: canaried }, 100, 2, [approved])], { stage: 'over', status: { kind: 'succeeded', at: START + 155_000 } }),
];

export const badRelease: readonly Moment[] = [
  ...goodRelease.slice(0, 7),
  moment(20, [staged, production({ stage: 'canary', status: { kind: 'rolling-back', error: 'CandidateWorse', reason: 'The candidate fails 5.0 % of its requests.' }, holds: [hold('canary', 200, 10, { verdict: { ...hold('canary', 200, 10).verdict, kind: 'abort', reason: 'The candidate fails 5.0 % of its requests.' } })] }, 0, 1)], { stage: 'canary' }),
  moment(22, [staged, production({ stage: 'canary', status: { kind: 'rolled-back', at: START + 22_000, error: 'CandidateWorse', reason: 'The candidate fails 5.0 % of its requests.' }, holds: [hold('canary', 200, 10)] }, 0, 0)], { stage: 'over', status: { kind: 'failed', at: START + 22_000, error: 'CandidateWorse', reason: 'The candidate fails 5.0 % of its requests.' } }),
];

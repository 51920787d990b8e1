/** The moment that the picture shows: a canary that is watched while its approval is asked. Parsed by the schemas of what is stored. */
import { bindingOf, Approval, type ApprovalSubject } from '../../src/domain/approval.ts';
import { Deployment } from '../../src/domain/deployment.ts';
import { Environments } from '../../src/domain/environment.ts';
import { Manifest } from '../../src/domain/manifest.ts';
import { Pipeline } from '../../src/domain/pipeline.ts';
import { Plan } from '../../src/domain/plan.ts';
import { Observed } from '../../src/domain/state.ts';
import type { PipelineDetail } from '../../src/app/look.ts';

const START = Date.UTC(2026, 10, 26, 9, 30, 0);
const DIGEST = `sha256:7d1f9c03a5be${'4e'.repeat(26)}`;
const PLAN_HASH = `b84c02d97a11${'0c'.repeat(26)}`;

export const { people: PEOPLE } = Environments.parse({
  environments: [{ name: 'production', kind: 'production', wave: 1 }],
  people: [{ name: 'anna', slack: 'U024BE7LH' }, { name: 'carla', slack: 'U0G9QF9C6' }, { name: 'ben', slack: 'U061F7AUR' }],
});

const manifest = Manifest.parse({ service: 'catalog', team: 'shop', start: ['node', 'server.js'], tests: [{ name: 'answers', http: { path: '/' } }, { name: 'lists', http: { path: '/products' } }] });
const stage = (batches: unknown[], parts = {}) => ({ gatesBefore: [], batches, tests: [], gatesAfter: [], ...parts });
const batch = (revision: string, count: number, weights: Record<string, number>, seconds: number | null) => ({ launch: [{ revision, count }], weights, hold: seconds === null ? null : { seconds, tickSeconds: 10, rule: {} }, shrink: [] });

const arm = (requests: number, failures: number, p50Ms: number, p99Ms: number) => ({ requests, failures, failuresByClass: { status5xx: failures }, failureRate: failures / requests, p50Ms, p90Ms: p99Ms / 2, p99Ms });
const GROWTH = [0, 0.1, 0.4, 0.3, 0.7, 1.1, 0.9, 0.6, 0.2, -0.2, -0.4, -0.1, 0.3, 0.1, -0.3, -0.6, -0.8, -0.9, -0.7, -1.0];
const verdict = (kind: string, reason: string, requests: number) => ({
  kind, reason, evidence: {
    judge: 'sequential/1', candidate: arm(requests, 3, 12, 96), stable: arm(requests * 9, 25, 12, 101), stableFrom: 'this hold', thresholds: { minimumRequests: 200, alpha: 0.01, beta: 0.05, badRatio: 3 }, metrics: [],
    logE: GROWTH.at(-1) ?? 0, boundary: Math.log(100), pValue: 0.33, points: GROWTH.map((logE, index) => [index * 15, logE]), series: [], decidedAt: { abort: null, goodEnough: 240 }, secondsToAbort: null, ticks: { used: 30, withoutData: 0, reset: 0 },
  },
});
const hold = (name: string, kind: string, reason: string, requests: number) => ({ stage: name, batch: 0, startedAt: START + 95_000, seconds: 300, extensions: 0, turns: 30, reading: null, judge: null, verdict: verdict(kind, reason, requests) });

function deployment(environment: 'staging' | 'production', parts: Record<string, unknown>) {
  const [candidate, stable] = [`catalog-41-${environment}`, `catalog-40-${environment}`];
  const plan = Plan.parse({
    service: 'catalog', environment, kind: environment, strategy: 'canary', target: 'ecs', release: 'catalog@0123456789ab', digest: DIGEST, version: '1.4.0', candidate, stable, instances: 4, stableInstances: 4, minimumHealthy: 2, specs: {}, decisions: { approvers: ['anna'] },
    stages: environment === 'staging' ? { staging: stage([batch(candidate, 2, { [candidate]: 100 }, null)], { tests: manifest.tests }), canary: null, rollout: null }
      : { staging: null, canary: stage([batch(candidate, 1, { [stable]: 90, [candidate]: 10 }, 300)]), rollout: stage([batch(candidate, 4, { [candidate]: 100 }, 60)]) },
    approval: environment === 'staging' ? null : { approvers: ['anna', 'carla'] },
  });
  return Deployment.parse({ id: candidate, pipeline: 'catalog-41', service: 'catalog', environment, plan, planHash: PLAN_HASH, status: { kind: 'running' }, stage: null, batch: 0, launchedAt: START, holds: [], promoteRequestedBy: null, startedAt: START, ...parts });
}

const instance = (revision: string, number: number) => ({ instance: `${revision}-${number}`, revision, zone: 'a', health: 'healthy', startedAt: START, relaunches: 0, address: null, problem: null, quarantined: false });
const seen = (environment: string, weights: Record<string, number>, counts: Record<string, number>) => Observed.parse({
  service: 'catalog', environment, weights, instances: Object.entries(counts).flatMap(([revision, count]) => Array.from({ length: count }, (_, index) => instance(revision, index + 1))), endpoint: null,
});
const test = (name: string, seconds: number) => ({ name, outcome: 'passed' as const, seconds, attempts: 1, detail: '' });

export function pictured(): PipelineDetail {
  const tests = [test('answers', 0.2), test('lists', 0.6)];
  const subject = {
    service: 'catalog', environment: 'production', deployment: 'catalog-41-production', version: '1.4.0', digest: DIGEST, planHash: PLAN_HASH, question: 'May catalog 1.4.0 be rolled out in production?', checklist: ['The new prices are right in the shop window'], url: 'https://shop.example.com',
    evidence: { tests: tests.map((one) => ({ environment: 'staging', ...one })), holds: [{ stage: 'canary', batch: 0, verdict: verdict('promote', 'It is no worse than the stable revision, and good enough.', 1204) }] },
  };
  const { token: _token, ...asked } = Approval.parse({ id: 'catalog-41-production-approval', subject, binding: bindingOf(subject as unknown as ApprovalSubject), rule: { approvers: ['anna', 'carla'] }, author: 'ben', token: 'none', requestedAt: START + 400_000, expiresAt: START + 4_000_000, decisions: [], status: { kind: 'waiting' } });
  return {
    pipeline: Pipeline.parse({ id: 'catalog-41', service: 'catalog', number: 41, cause: 'push', mode: 'normal', repository: null, commit: '9f3c1d20b7e4a5566778899aabbccddeeff00112', manifestPath: null, branch: 'main', version: '1.4.0', manifest, author: 'ben', startedBy: 'ben', digest: DIGEST, release: 'catalog@0123456789ab', waves: [['staging'], ['production']], stage: 'canary', status: { kind: 'running' }, stop: null, startedAt: START }),
    deployments: [
      { deployment: deployment('staging', { stage: 'staging', status: { kind: 'succeeded', at: START + 60_000 } }), tests, gates: [], approvals: [], observed: null },
      { deployment: deployment('production', { stage: 'canary', holds: [hold('canary', 'promote', 'It is no worse than the stable revision, and good enough.', 1204), hold('watch', 'continue', 'No worse so far.', 1310)] }), tests: [], gates: [], approvals: [asked], observed: seen('production', { 'catalog-40-production': 90, 'catalog-41-production': 10 }, { 'catalog-40-production': 4, 'catalog-41-production': 1 }) },
    ],
  };
}

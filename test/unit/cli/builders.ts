/** Answers of the API as the control plane gives them, by a partial. */
import { createHash } from 'node:crypto';
import type { Approval as StoredApproval } from '../../../src/domain/approval.ts';
import { Deployment } from '../../../src/domain/deployment.ts';
import { Manifest } from '../../../src/domain/manifest.ts';
import { Pipeline } from '../../../src/domain/pipeline.ts';
import { Plan } from '../../../src/domain/plan.ts';
import { Desired, Observed } from '../../../src/domain/state.ts';
import { Approval } from '../../../src/domain/approval.ts';

export const START = Date.UTC(2026, 0, 5, 12, 0, 0);
export const DIGEST = `sha256:${createHash('sha256').update('catalog 1.4.0').digest('hex')}`;
const manifest = Manifest.parse({ service: 'catalog', team: 'shop', start: ['node', 'server.js'], tests: [{ name: 'answers', http: { path: '/' } }, { name: 'lists', http: { path: '/products' } }] });

type Loose = Record<string, unknown>;

export const pipeline = (parts: Loose = {}) => Pipeline.parse({
  id: 'catalog-7', service: 'catalog', number: 7, cause: 'deploy', mode: 'normal', repository: null, commit: null, manifestPath: null, branch: null, version: '1.4.0', manifest, author: 'anna', startedBy: 'ben',
  digest: DIGEST, release: 'catalog@0123456789ab', waves: [['staging'], ['production']], stage: 'starting', status: { kind: 'running' }, stop: null, startedAt: START, ...stored(parts),
});

const batch = (candidate: string, count: number, weights: Record<string, number>, holdSeconds: number | null) => ({ launch: [{ revision: candidate, count }], weights, hold: holdSeconds === null ? null : { seconds: holdSeconds, tickSeconds: 1, rule: {} }, shrink: [] });
const stage = (batches: unknown[], parts: Loose = {}) => ({ gatesBefore: [], batches, tests: [], gatesAfter: [], ...parts });

/** Staging: two instances and two tests. Production: a canary of 10 %, an approval, two batches. */
export function deployment(environment: 'staging' | 'production', parts: Loose = {}) {
  const candidate = `catalog-7-${environment}`;
  const stable = `catalog-6-${environment}`;
  const isStaging = environment === 'staging';
  const plan = Plan.parse({
    service: 'catalog', environment, kind: environment, strategy: 'canary', target: 'process', release: 'catalog@0123456789ab', digest: DIGEST, version: '1.4.0', candidate, stable, instances: 2, stableInstances: 2, minimumHealthy: 1, specs: {}, decisions: { approvers: ['anna'] },
    stages: isStaging
      ? { staging: stage([batch(candidate, 2, { [candidate]: 100 }, null)], { tests: manifest.tests }), canary: null, rollout: null }
      : { staging: null, canary: stage([batch(candidate, 1, { [stable]: 90, [candidate]: 10 }, 60)]), rollout: stage([batch(candidate, 1, { [stable]: 50, [candidate]: 50 }, 30), batch(candidate, 2, { [stable]: 0, [candidate]: 100 }, 30)]) },
    approval: isStaging ? null : { approvers: ['anna', 'carl'] },
  });
  return Deployment.parse({ id: candidate, pipeline: 'catalog-7', service: 'catalog', environment, plan, planHash: 'abcdef0123456789', status: { kind: 'running' }, stage: null, batch: 0, launchedAt: START, holds: [], promoteRequestedBy: null, startedAt: START, ...stored(parts) });
}

export const instance = (revision: string, number: number, parts: Loose = {}) => ({ instance: `${revision}-${number}`, revision, zone: 'a', health: 'healthy', startedAt: START, relaunches: 0, address: `127.0.0.1:${4000 + number}`, problem: null, quarantined: false, ...parts });

export const observed = (environment: string, weights: Record<string, number>, instances: unknown[]) =>
  Observed.parse({ service: 'catalog', environment, weights, instances, endpoint: 'http://127.0.0.1:20001' });

export const desired = (environment: string, parts: Loose = {}) => Desired.parse({
  service: 'catalog', environment, generation: 12, target: 'process', stable: `catalog-6-${environment}`, previousRelease: null,
  revisions: { [`catalog-6-${environment}`]: { count: 2, spec: { revision: `catalog-6-${environment}`, service: 'catalog', environment, release: 'catalog@0123456789ab', version: '1.3.0', digest: DIGEST, start: ['node', 'server.js'], health: {}, configuration: {}, secrets: {}, resources: { memory: 1, cpu: 1 }, zones: ['a'], stickiness: { by: 'request' }, stopSeconds: 1, drainSeconds: 1 } } },
  weights: { [`catalog-6-${environment}`]: 100 }, stickiness: { by: 'request' }, deployment: null, paused: null, zonesLost: [], changedBy: 'ben', changedAt: START, ...parts,
});

const arm = (requests: number, failures: number) => ({ requests, failures, failuresByClass: { status5xx: failures }, failureRate: requests === 0 ? null : failures / requests, p50Ms: 4, p90Ms: 12, p99Ms: 40 });

const rate = (total: number, bad: number) => ({ total, bad, rate: total === 0 ? null : bad / total, low: 0.001, high: 0.05 });
const evidence = (requests: number, failures: number) => ({
  judge: 'sequential/1', candidate: arm(requests, failures), stable: arm(requests * 9, 2), stableFrom: 'this hold', thresholds: { minimumRequests: 50, alpha: 0.01, beta: 0.05, badRatio: 3 },
  metrics: [
    { name: 'failures', weight: 0.9, critical: false, muted: false, candidate: rate(requests, failures), stable: rate(requests * 9, 2), over: null, logE: 1.25, needed: true, goodEnough: false, dispersion: 5 },
    { name: 'latency.p90', weight: 0.02, critical: false, muted: false, candidate: rate(requests, 7), stable: rate(requests * 9, 63), over: { candidate: 63, stable: 50 }, logE: -2, needed: true, goodEnough: true, dispersion: 1 },
  ],
  logE: 1.14, boundary: Math.log(100), pValue: 0.32, points: [[10, 0], [20, 0.5], [30, 1.14]], series: [[100, 0, 900, 1], [200, 1, 1800, 2], [300, 2, 2700, 3]], decidedAt: { abort: null, goodEnough: null }, secondsToAbort: 90, ticks: { used: 3, withoutData: 1, reset: 0 },
});

export const hold = (stageName: string, requests: number, failures: number, parts: Loose = {}) => ({
  stage: stageName, batch: 0, startedAt: START + 10_000, seconds: 60, extensions: 0, turns: 3, reading: null, judge: null,
  verdict: { kind: 'continue', reason: 'No worse so far.', evidence: evidence(requests, failures) },
  ...parts,
});

export const test = (name: string, outcome: 'passed' | 'failed' = 'passed') => ({ name, outcome, seconds: 0.4, attempts: 1, detail: outcome === 'failed' ? 'answered 500, expected 200' : '' });

export function approval(parts: Loose = {}): Omit<StoredApproval, 'token'> {
  const { token: _token, ...shown } = Approval.parse({
    id: 'catalog-7-production-approval',
    subject: { service: 'catalog', environment: 'production', deployment: 'catalog-7-production', version: '1.4.0', digest: DIGEST, planHash: 'abcdef0123456789', question: 'May catalog 1.4.0 be rolled out in production?', checklist: ['The search finds a product'], evidence: { tests: [test('answers')], holds: [{ stage: 'canary', batch: 0, verdict: hold('canary', 480, 1).verdict }] }, url: 'http://127.0.0.1:20001' },
    binding: '00112233445566ff', rule: { approvers: ['anna', 'carl'] }, author: 'anna', token: 'never shown', requestedAt: START, expiresAt: START + 3_600_000, decisions: [], status: { kind: 'waiting' }, ...parts,
  });
  return shown;
}

/** As it comes over the wire. */
export const wire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function stored(parts: Loose): Loose {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

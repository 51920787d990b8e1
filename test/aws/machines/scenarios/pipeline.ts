import type { Answer, Scenario } from '../scenario.ts';
import { asked, done, PAST, request } from './parts.ts';

const machine = 'pipeline';
const STUBS = ['staging', 'canary', 'gate', 'watch', 'rollout', 'rollback'] as const;
const input = (waves: string[][], build = false) => ({ pipelineId: 'shop-7', waves: waves.map((environments) => ({ environments })), build, buildTimeoutSeconds: 900 });
const planned = (environment: string, more: object = {}) => ({ result: { status: 'planned', deploymentId: `shop-7-${environment}`, kind: 'production', canary: false, approval: false, ...more } });
const ok = { result: { status: 'done' } };
const worse = { error: 'CandidateWorse', message: 'p99 doubled' };
const rolledBack = { result: { error: 'CandidateWorse', reason: 'p99 doubled' } };
const production = (name: string, plan: object, answers: Record<string, readonly Answer[]>): Scenario =>
  ({ machine, name, input: input([['eu']]), stubs: STUBS, answers: { plan: [planned('eu', plan)], conclude: [done], finish: [done], 'machine-rollback': [rolledBack], ...answers } });

export const PIPELINE: readonly Scenario[] = [
  {
    machine, name: 'built, staged, canaried, approved under watch, rolled out in segments', input: input([['staging'], ['eu', 'us']], true), stubs: STUBS, flaky: true,
    answers: {
      build: [{ ...asked, token: { success: { digest: 'sha256:1' } } }],
      'plan?environment=staging': [planned('staging', { kind: 'staging' })], 'plan?environment=eu': [planned('eu', { canary: true, approval: true })], 'plan?environment=us': [planned('us')],
      'machine-staging': [ok], 'machine-canary': [{ result: { status: 'continue', cursor: { batch: 1, holding: true } } }, ok], 'machine-gate': [ok],
      'machine-watch': [{ result: { status: 'continue', cursor: { turn: 9 } } }, ok],
      'machine-rollout?deploymentId=shop-7-eu': [{ result: { status: 'continue', cursor: { batch: 2, holding: true } } }, ok], 'machine-rollout?deploymentId=shop-7-us': [ok],
      conclude: [done], finish: [done],
    },
  },
  { machine, name: 'no environment at all', input: input([]), answers: { finish: [done] } },
  { machine, name: 'the build fails', input: input([['staging']], true), flaky: true, answers: { build: [{ ...asked, token: { failure: 'BuildFailed', message: 'npm test: 2 failed, "cart"\n' } }], finish: [done] } },
  { machine, name: 'the build does not end', input: { ...input([['staging']], true), buildTimeoutSeconds: 1 }, answers: { build: [{ ...asked, token: 'never' }], finish: [done] } },
  { machine, name: 'another deployment is at work first', input: input([['staging']]), stubs: STUBS, answers: { plan: [{ result: { status: 'queued', deploymentId: 'shop-7-staging', until: PAST } }, planned('staging', { kind: 'staging' })], 'machine-staging': [ok], conclude: [done], finish: [done] } },
  { machine, name: 'the plan is refused in one environment, the other goes on', input: input([['eu', 'us']]), stubs: STUBS, answers: { 'plan?environment=eu': [{ error: 'InvalidManifest', message: 'replicas' }], 'plan?environment=us': [planned('us')], 'machine-rollout': [ok], conclude: [done], finish: [done] } },
  production('the canary fails', { canary: true }, { 'machine-canary': [worse] }),
  production('staging fails', { kind: 'staging' }, { 'machine-staging': [{ error: 'TestsFailed', message: 'smoke' }] }),
  production('a person says no', { approval: true }, { 'machine-gate': [{ error: 'ApprovalRejected', message: 'later' }] }),
  production('a person says yes', { approval: true }, { 'machine-gate': [ok], 'machine-rollout': [ok] }),
  production('the canary turns bad while a person is asked', { canary: true, approval: true }, { 'machine-canary': [ok], 'machine-gate': ['never'], 'machine-watch': [{ ...worse, after: 'machine-gate' }] }),
  production('the rollout fails', {}, { 'machine-rollout': [worse] }),
  production('the rollback fails too', {}, { 'machine-rollout': [worse], 'machine-rollback': [{ error: 'ProviderUnavailable', message: 'no route to host' }] }),
  production('it cannot be concluded', {}, { 'machine-rollout': [ok], conclude: [{ error: 'Stale', message: 'generation 8' }] }),
  {
    machine, name: 'with all its nested machines', input: input([['eu']]),
    answers: {
      plan: [planned('eu', { canary: true, approval: true })],
      'open-stage?stage=canary': [{ result: { name: 'canary', gatesBefore: [], gatesAfter: [], tests: [] } }], 'open-stage?stage=rollout': [{ result: { name: 'rollout', gatesBefore: [], gatesAfter: [], tests: [] } }],
      'advance?stage=canary': [{ result: { done: false, launches: [request('launch')], routes: [request('route')], hold: true, bake: false, firstLook: PAST, firstSettle: PAST, shrink: false } }, { result: { done: true, launches: [] } }],
      'advance?stage=rollout': [{ result: { done: false, launches: [], routes: [request('route')], hold: false, bake: false, shrink: false } }, { result: { done: true, launches: [] } }],
      settle: [{ result: { status: 'settled', requests: [] } }], judge: [{ result: { verdict: 'pass', requests: [], until: PAST } }], 'target-process': [done],
      'open-gate': [{ result: { name: 'approval', kind: 'person', question: 'Ship?', timeoutSeconds: 600 } }],
      'request-approval': [{ ...asked, token: { success: { by: 'ada' } } }], watch: [{ result: { status: 'over', requests: [], until: PAST } }],
      conclude: [done], finish: [done],
    },
  },
  {
    machine, name: 'with all its nested machines, and back', input: input([['eu']]),
    answers: {
      plan: [planned('eu', { canary: true, approval: false })], 'open-stage': [{ result: { name: 'canary', gatesBefore: [], gatesAfter: [], tests: [] } }],
      advance: [{ result: { done: false, launches: [request('launch')], routes: [request('route')], hold: true, bake: false, firstLook: PAST, firstSettle: PAST, shrink: false } }],
      settle: [{ result: { status: 'settled', requests: [] } }], judge: [worse], 'target-process': [done],
      revert: [{ result: { routesNow: [request('route', 'r7')], launches: [], routesAfter: [], retires: [request('retire')] } }],
      conclude: [{ result: { error: 'CandidateWorse', reason: 'p99 doubled' } }], finish: [done],
    },
  },
];

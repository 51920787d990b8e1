import type { Scenario } from '../scenario.ts';
import { done, PAST, request } from './parts.ts';

const machine = 'rollback';
const input = { deploymentId: 'shop-7-production', failure: { Error: 'States.TaskFailed', Cause: '{"Error":"CandidateWorse","Cause":"p99"}' } };
const reverted = (more: object = {}) => ({ result: { routesNow: [request('route', 'r7')], launches: [request('launch', 'r7')], routesAfter: [request('route', 'r7', ['i-1', 'i-2'])], retires: [request('retire')], ...more } });
const concluded = { result: { error: 'CandidateWorse', reason: 'p99' } };

export const ROLLBACK: readonly Scenario[] = [
  {
    machine, name: 'back, with an instance that dies on the way', input, flaky: true,
    answers: { revert: [reverted()], 'target-process': [done], settle: [{ result: { status: 'waiting', requests: [], until: PAST } }, { result: { status: 'waiting', requests: [request('relaunch', 'r7')], until: PAST } }, { result: { status: 'settled', requests: [] } }], conclude: [concluded] },
  },
  { machine, name: 'nothing had moved yet', input, answers: { revert: [reverted({ routesNow: [], launches: [], routesAfter: [], retires: [] })], settle: [{ result: { status: 'settled', requests: [] } }], conclude: [concluded] } },
  { machine, name: 'a target that does not answer', input, answers: { revert: [reverted()], 'target-process': [{ error: 'ProviderUnavailable', message: 'no route to host' }] } },
];

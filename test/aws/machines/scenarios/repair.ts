import type { Scenario } from '../scenario.ts';
import { done, PAST, request } from './parts.ts';

const machine = 'repair';
const input = { service: 'shop', environment: 'production', lease: 'repair-3' };

export const REPAIR: readonly Scenario[] = [
  { machine, name: 'drift is repaired, looked at again, and gone', input, flaky: true, answers: { diagnose: [{ result: { status: 'drifted', requests: [request('route'), request('relaunch')], until: PAST } }, { result: { status: 'waiting', requests: [], until: PAST } }, { result: { status: 'in-order', requests: [] } }], 'target-process': [done] } },
  { machine, name: 'a target that refuses for good', input, answers: { diagnose: [{ result: { status: 'drifted', requests: [request('relaunch'), request('launch')], until: PAST } }], 'target-process': [done, { error: 'Forbidden', message: 'no' }] } },
];

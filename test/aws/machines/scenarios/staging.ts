import type { Scenario } from '../scenario.ts';
import { asked, done, gate, PAST, request } from './parts.ts';

const machine = 'staging';
const input = { deploymentId: 'shop-7-staging', stage: 'staging' };
const opened = (tests: unknown[], before: string[] = [], after: string[] = []) => ({ result: { name: 'staging', gatesBefore: before.map(gate), gatesAfter: after.map(gate), tests } });
const batch = (more: object = {}) => ({ result: { done: false, launches: [request('launch')], routes: [request('route')], shrink: false, firstSettle: PAST, ...more } });
const over = { result: { done: true, launches: [], routes: [] } };
const settled = { result: { status: 'settled', requests: [] } };
const waiting = (requests: unknown[] = []) => ({ result: { status: 'waiting', requests, until: PAST } });
const http = { name: 'health', kind: 'http', timeoutSeconds: 60 };
const command = (name: string, timeoutSeconds = 600) => ({ name, kind: 'command', timeoutSeconds });
const passed = { ...asked, token: { success: { passed: true, seconds: 2, detail: 'ok' } } };
const failed = { ...asked, token: { success: { passed: false, seconds: 2, detail: 'exit code 1' } } };
const recorded = { result: { status: 'recorded' } };
const retry = { result: { status: 'retry' } };
const around = { 'target-process': [done], settle: [settled], advance: [batch(), over] };

export const STAGING: readonly Scenario[] = [
  {
    machine, name: 'gates, tests of both kinds, a smaller end', input, flaky: true, stubs: ['gate'],
    answers: {
      'open-stage': [opened([http, command('smoke')], ['seed'], ['sign-off'])], 'machine-gate': [{ result: { status: 'done' } }],
      advance: [batch({ shrink: true }), batch({ launches: [] }), over], settle: [waiting(), waiting([request('relaunch')]), settled],
      'test?name=health': [done], 'test?name=smoke': [passed, recorded], 'assess-tests': [done],
      shrink: [{ result: { requests: [request('retire', 'r7')] } }], 'target-process': [done],
    },
  },
  { machine, name: 'no tests', input, answers: { ...around, 'open-stage': [opened([])] } },
  {
    machine, name: 'a flaky test passes at its second attempt', input,
    answers: { ...around, 'open-stage': [opened([command('smoke')])], 'test?name=smoke': [failed, retry, passed, recorded], 'assess-tests': [done] },
  },
  {
    machine, name: 'a test that does not end is recorded as failed', input,
    answers: { ...around, 'open-stage': [opened([command('slow', 1)])], 'test?name=slow': [{ ...asked, token: 'never' }, recorded], 'assess-tests': [{ error: 'TestsFailed', message: 'slow: States.Timeout' }] },
  },
  {
    machine, name: 'a test whose runner fails is recorded as failed', input,
    answers: { ...around, 'open-stage': [opened([command('broken')])], 'test?name=broken': [{ error: 'InvalidInput', message: 'no such "command"\nat all' }, recorded], 'assess-tests': [{ error: 'TestsFailed', message: 'broken' }] },
  },
];

/** Scenarios of canary and rollout: the same states, but for the last one. */
import type { Answer, Scenario } from '../scenario.ts';
import { asked, done, gate, PAST, request } from './parts.ts';

const deploymentId = 'shop-7-production';
const waiting = (requests: unknown[] = []) => ({ result: { status: 'waiting', requests, until: PAST } });
const settled = { result: { status: 'settled', requests: [] } };
const look = (verdict: string, requests: unknown[] = []) => ({ result: { verdict, requests, until: PAST } });
const batch = (more: object) => ({ result: { done: false, launches: [], routes: [request('route')], hold: false, bake: false, shrink: false, firstLook: PAST, firstSettle: PAST, ...more } });
const over = { result: { done: true, launches: [], routes: [] } };

export const stageScenarios = (machine: 'canary' | 'rollout'): readonly Scenario[] => {
  const opened = (before: string[] = [], after: string[] = []) => ({ result: { name: machine, gatesBefore: before.map(gate), gatesAfter: after.map(gate), tests: [] } });
  const input = { deploymentId, stage: machine, cursor: { batch: 0 } };
  const held = (judged: Answer[]) => ({ 'open-stage': [opened()], advance: [batch({ hold: true }), over], judge: judged, 'target-process': [done] });
  return [
    {
      machine, name: 'two batches, gates around them, instances that die on the way', input, flaky: true, stubs: ['gate'],
      answers: {
        'open-stage': [opened(['change-window', 'checklist'], ['load-test'])],
        advance: [batch({ launches: [request('launch'), request('launch', 'r8', ['i-2'])], hold: true, shrink: true }), batch({}), over],
        settle: [waiting(), waiting([request('relaunch')]), settled],
        judge: [look('continue'), look('continue', [request('relaunch', 'r8', ['i-2'])]), look('pass')],
        shrink: [{ result: { requests: [request('retire', 'r7')] } }],
        'target-process': [done], 'machine-gate': [{ result: { status: 'done' } }],
      },
    },
    { machine, name: 'nothing to do', input, answers: { 'open-stage': [opened()], advance: [over] } },
    {
      machine, name: 'the next segment takes over', input, edit: { '$turns >= 1000': '$turns >= 3' },
      answers: held([look('continue')]),
    },
    {
      machine, name: 'a segment that goes on holding', input: { ...input, cursor: { batch: 0, holding: true } },
      answers: { ...held([look('pass')]), 'open-stage': [opened(['change-window'])] },
    },
    {
      machine, name: 'a segment that goes on with a later batch', input: { ...input, cursor: { batch: 1 } },
      answers: { 'open-stage': [opened(['change-window'])], advance: [batch({}), over], 'target-process': [done] },
    },
    {
      machine, name: 'the candidate is worse', input,
      answers: held([look('continue'), { error: 'CandidateWorse', message: 'p99 1.4 times that of r7' }]),
    },
    {
      machine, name: 'a person decides that it goes on, after two segments of watching', input, stubs: ['gate', 'watch'],
      answers: { ...held([look('ask')]), 'machine-gate': [{ result: { status: 'done' } }], 'machine-watch': [{ result: { status: 'continue', cursor: { turn: 3 } } }, { result: { status: 'done' } }] },
    },
    {
      machine, name: 'a person decides that it ends', input, stubs: ['gate', 'watch'],
      answers: { ...held([look('ask')]), 'machine-gate': [{ error: 'ApprovalRejected', message: 'too slow', after: 'machine-watch' }], 'machine-watch': ['never'] },
    },
    {
      machine, name: 'a person decides, with the machines of gate and watch themselves', input,
      answers: {
        ...held([look('ask')]), 'open-gate': [{ result: { name: 'inconclusive', kind: 'person', question: 'Go on?', timeoutSeconds: 3600 } }],
        'request-approval': [{ ...asked, token: { success: { by: 'ada' } } }], watch: [{ result: { status: 'over', requests: [], until: PAST } }],
      },
    },
    ...(machine === 'canary' ? [] : [{
      machine, name: 'watched on after all traffic has moved', input,
      answers: { ...held([look('continue'), look('pass')]), advance: [batch({ hold: true }), batch({ hold: true, bake: true, shrink: true, routes: [] }), over], shrink: [{ result: { requests: [request('retire', 'r7')] } }] },
    }]),
    { machine, name: 'the target gives up on an instance', input, answers: { 'open-stage': [opened()], advance: [batch({ launches: [request('launch')] })], 'target-process': [done], settle: [{ error: 'LaunchFailed', message: 'exit code 1 three times' }] } },
  ];
};

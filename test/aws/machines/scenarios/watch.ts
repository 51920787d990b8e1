import type { Scenario } from '../scenario.ts';
import { done, PAST, request } from './parts.ts';

const machine = 'watch';
const input = { deploymentId: 'shop-7-production', gate: 'approval', cursor: { turn: 0 } };
const look = (status: string, requests: unknown[] = []) => ({ result: { status, requests, until: PAST } });

export const WATCH: readonly Scenario[] = [
  { machine, name: 'until the decision is made, with an instance replaced', input, flaky: true, answers: { watch: [look('watching'), look('watching', [request('relaunch')]), look('over')], 'target-process': [done] } },
  { machine, name: 'the next segment takes over', input, edit: { '$turns >= 1000': '$turns >= 2' }, answers: { watch: [look('watching')] } },
  { machine, name: 'the canary turns bad', input, answers: { watch: [look('watching'), { error: 'CandidateWorse', message: '5 % errors' }] } },
];

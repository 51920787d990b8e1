import type { Scenario } from '../scenario.ts';

const machine = 'delivery';
const input = { deliveryId: 'd-1' };
const admitted = { result: { services: ['shop'], refused: [] } };

export const DELIVERY: readonly Scenario[] = [
  { machine, name: 'admitted', input, flaky: true, answers: { admit: [admitted] } },
  { machine, name: 'refused with the reason', input, answers: { admit: [{ error: 'InvalidManifest', message: 'slipway.yaml:3:1: "replicas" must be a number' }, { result: { services: [], refused: ['shop'] } }] } },
  { machine, name: 'admitted after two fetches that took too long', input, answers: { admit: ['never', 'never', admitted] } },
  { machine, name: 'never fetched', input, answers: { admit: [...Array.from({ length: 9 }, () => 'never' as const), { result: { services: [], refused: ['shop'] } }] } },
  { machine, name: 'a refusal that is not written down at once', input, flaky: true, answers: { admit: [{ error: 'NotFound', message: 'no commit' }, { result: {} }] } },
];

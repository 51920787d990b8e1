/**
 * A stage that holds and a watch hand over to the next segment before their history is full: 25,000 events
 * (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). Counted on short segments: the events grow by the same number
 * for every look.
 */
import { describe, expect, it } from '@jest/globals';
import { HISTORY_EVENTS_MAX } from '../../../src/engine/turn.ts';
import { definitionsOf } from '../../aws/machines/definitions.ts';
import { runLocally } from '../../aws/machines/run-locally.ts';
import type { Scenario } from '../../aws/machines/scenario.ts';
import { done, PAST, request } from '../../aws/machines/scenarios/parts.ts';

const LIMIT = '$turns >= 1000';
/** Retries of the tasks (3 events each), and a stage's start with launches of its instances. */
const SPARE = 5000;

const requests = (count: number) => Array.from({ length: count }, () => request('relaunch'));
const stage = (machine: 'canary' | 'rollout', replaced: number): Pick<Scenario, 'machine' | 'input' | 'answers'> => ({
  machine, input: { deploymentId: 'shop-7-production', stage: machine, cursor: { batch: 0 } },
  answers: {
    'open-stage': [{ result: { name: machine, gatesBefore: [], gatesAfter: [], tests: [] } }],
    advance: [{ result: { done: false, launches: [], routes: [request('route')], hold: true, bake: false, shrink: false, firstLook: PAST, firstSettle: PAST } }],
    judge: [{ result: { verdict: 'continue', requests: requests(replaced), until: PAST } }], 'target-process': [done],
  },
});
const watch = (replaced: number): Pick<Scenario, 'machine' | 'input' | 'answers'> => ({
  machine: 'watch', input: { deploymentId: 'shop-7-production', gate: 'approval', cursor: { turn: 0 } },
  answers: { watch: [{ result: { status: 'watching', requests: requests(replaced), until: PAST } }], 'target-process': [done] },
});

const eventsAt = async (given: Pick<Scenario, 'machine' | 'input' | 'answers'>, turns: number): Promise<number> => {
  const scenario: Scenario = { ...given, name: 'a segment', edit: { [LIMIT]: `$turns >= ${turns}` } };
  return (await runLocally(scenario, definitionsOf(scenario))).events;
};

describe('a segment', () => {
  it.each([0, 1, 3])('keeps within the history with %i replacements at every look', async (replaced) => {
    for (const given of [stage('canary', replaced), stage('rollout', replaced), watch(replaced)]) {
      const looks = 6;
      const [short, long] = [await eventsAt(given, looks * (1 + replaced)), await eventsAt(given, 2 * looks * (1 + replaced))];
      const whole = short + ((long - short) / (looks * (1 + replaced))) * 1000;
      expect(long).toBeGreaterThan(short);
      expect(whole + SPARE).toBeLessThan(HISTORY_EVENTS_MAX);
    }
  });
});

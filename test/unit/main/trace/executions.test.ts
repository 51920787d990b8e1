/** Spans of real executions: of every scenario of the machines, of machines by chance, and of loops that never seem to end. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { executionSpanId } from '../../../../src/domain/trace/execution-spans.ts';
import type { Span } from '../../../../src/domain/trace/span.ts';
import { contextOf, TraceParent } from '../../../../src/domain/trace/trace-parent.ts';
import type { Transition } from '../../../../src/engine/index.ts';
import { createExecutionTraces } from '../../../../src/main/trace/executions.ts';
import { definitionsOf } from '../../../aws/machines/definitions.ts';
import { SCENARIOS } from '../../../aws/machines/index.ts';
import { randomMachine } from '../../../aws/machines/random-machine.ts';
import { runLocally } from '../../../aws/machines/run-locally.ts';
import { call, ended, machine, NESTED, named, running } from '../../engine/running.ts';

const PARENT = TraceParent.parse('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
const { trace: TRACE, span: STARTED_BY } = contextOf(PARENT);

function spansOf(told: readonly Transition[]): Span[] {
  const spans: Span[] = [];
  const traces = createExecutionTraces((more) => spans.push(...more));
  for (const transition of told) traces.heard(transition);
  return spans;
}

/** One tree: each span has an id of its own, a parent that is there, and a time within its parent's. */
function expectTree(spans: readonly Span[]): void {
  const byId = new Map(spans.map((span) => [span.id, span]));
  expect(byId.size).toBe(spans.length);
  for (const span of spans) {
    expect(span.trace).toBe(TRACE);
    if (span.parent === STARTED_BY) continue;
    const parent = byId.get(span.parent as Span['id']);
    if (parent === undefined) throw new Error(`${span.name} (${JSON.stringify(span.attributes)}) has no parent`);
    expect(span.startedAt).toBeGreaterThanOrEqual(parent.startedAt);
    // A nested execution that is stopped with the task that waits for it ends a moment after it.
    if (span.attributes['slipway.execution'] === parent.attributes['slipway.execution']) expect(span.endedAt).toBeLessThanOrEqual(parent.endedAt);
  }
}
const inTrace = (told: readonly Transition[], type: string): number => told.filter((event) => event.trace !== undefined && event.type === type).length;
const count = (told: readonly Transition[], pattern: RegExp): number => told.filter(({ type }) => pattern.test(type)).length;

describe('each scenario of the machines', () => {
  it.each(Object.values(SCENARIOS).flat().map((scenario) => [`${scenario.machine}: ${scenario.name}`, scenario] as const))('%s', async (_name, scenario) => {
    const machines = definitionsOf(scenario);
    const { told } = await runLocally(scenario, machines, PARENT);
    const spans = spansOf(told);
    expectTree(spans);
    expect(spans.filter(({ attributes }) => attributes['slipway.execution'] === 'main').at(-1)).toMatchObject({ name: scenario.machine, id: executionSpanId(TRACE, scenario.machine, 'main'), parent: STARTED_BY });
    expect(inTrace(told, 'ExecutionStarted')).toBe(count(told, /^ExecutionStarted$/));
    // Every state that was entered and every attempt of a task has its span: the scenarios have no long loops.
    const leftOut = spans.reduce((sum, { attributes }) => sum + Number(attributes['slipway.states_left_out'] ?? 0), 0);
    if (leftOut === 0) expect(spans).toHaveLength(count(told, /^ExecutionStarted$|StateEntered$|^TaskScheduled$|^MapIterationStarted$/));
    expect(spansOf(told)).toEqual(spans);
  });
});

it('machines by chance give one tree each, whichever way they fail', async () => {
  let failures = 0;
  await fc.assert(fc.asyncProperty(fc.gen(), async (pick) => {
    const { machines, run } = randomMachine(pick);
    const { told } = await runLocally(run, machines, PARENT);
    const spans = spansOf(told);
    expectTree(spans);
    expect(spans).toHaveLength(count(told, /^ExecutionStarted$|StateEntered$|^TaskScheduled$|^MapIterationStarted$/));
    if (told.at(-1)?.type === 'ExecutionFailed') {
      failures += 1;
      expect(spans.at(-1)?.failure).not.toBeNull();
    }
  }), { seed: 20_261_126, numRuns: 60 });
  expect(failures).toBeGreaterThan(5);
}, 120_000);

describe('of one execution', () => {
  const run = async (machines: Parameters<typeof running>[0]['machines'], invoke: (name: string, payload: unknown) => Promise<unknown>, input: unknown = {}) => {
    const { engine, seen } = running({ machines, invoke });
    await engine.start({ machine: 'it', name: 'one', input, trace: PARENT });
    await ended(engine, 'it', 'one');
    await engine.close();
    return spansOf(seen);
  };

  it('a loop is told of whole at first, then now and then, and with every failure', async () => {
    let turns = 0;
    const spans = await run({ it: machine('Look', {
      Look: call('look', { turn: '{% $exists($turn) ? $turn + 1 : 1 %}' }, { Assign: { turn: '{% $states.result.Payload.turn %}' }, Retry: [{ ErrorEquals: ['Passing'], IntervalSeconds: 1, MaxDelaySeconds: 1, BackoffRate: 1 }], Next: 'Enough' }),
      Enough: { Type: 'Choice', Choices: [{ Condition: '{% $turn >= 250 %}', Next: 'Done' }], Default: 'Look' },
      Done: { Type: 'Succeed' },
    }) }, async (_name, payload) => {
      turns += 1;
      if (turns === 77) throw named('Passing', 'it was away');
      return payload;
    });
    expectTree(spans);
    const looks = spans.filter(({ name }) => name === 'Look').map(({ attributes }) => attributes['slipway.entries'] ?? 1);
    expect(looks).toEqual([...Array.from({ length: 20 }, (_, index) => index + 1), 77, 100, 200]);
    expect(spans.filter(({ failure }) => failure !== null)).toMatchObject([{ name: 'look', failure: { name: 'Passing', message: 'it was away' } }]);
    expect(spans.at(-1)).toMatchObject({ name: 'it', attributes: { 'slipway.states_left_out': 500 - 20 - 20 - 3 - 2 } });
  });

  it('the ids of what it is about are on every span, and go on to what it starts', async () => {
    const spans = await run({
      it: machine('Each', { Each: { Type: 'Map', Items: ['staging'], ItemSelector: { pipelineId: 'catalog-7', environment: '{% $states.context.Map.Item.Value %}' }, End: true, ItemProcessor: { StartAt: 'Nest', States: {
        Nest: { Type: 'Task', Resource: NESTED, Arguments: { StateMachineArn: 'arn:aws:states:local:000000000000:stateMachine:child', Name: 'nested', Input: { deploymentId: 'catalog-7-staging', secret: 'hidden' } }, End: true },
      } } } }),
      child: machine('Work', { Work: call('slipway-settle', { batch: 2 }) }),
    }, async () => ({}), { pipelineId: 'catalog-7' });
    expectTree(spans);
    for (const span of spans) expect([span.name, span.attributes]).toEqual([span.name, expect.objectContaining({ 'slipway.pipeline': 'catalog-7', 'slipway.service': 'catalog' })]);
    const inEnvironment = spans.filter(({ name }) => !['it', 'Each'].includes(name));
    expect(inEnvironment.map(({ name }) => name).sort()).toEqual(['Each 0', 'Nest', 'Work', 'child', 'child', 'slipway-settle']);
    for (const span of inEnvironment) expect([span.name, span.attributes['slipway.environment']]).toEqual([span.name, 'staging']);
    expect(spans.find(({ name }) => name === 'slipway-settle')).toMatchObject({ kind: 'client', attributes: { 'slipway.deployment': 'catalog-7-staging', 'slipway.machine': 'child', 'slipway.state': 'Work', 'slipway.batch': 2, 'slipway.function': 'slipway-settle' } });
    expect(JSON.stringify(spans)).not.toContain('hidden');
  });

  it('one that was started in no trace has no spans', async () => {
    const { engine, seen } = running({ machines: { it: machine('Only', { Only: { Type: 'Succeed' } }) } });
    await engine.start({ machine: 'it', name: 'one', input: {} });
    await ended(engine, 'it', 'one');
    await engine.close();
    expect(spansOf(seen)).toEqual([]);
  });

  it('a repeated start in another trace is the same start', async () => {
    const { engine } = running({ machines: { it: machine('Rest', { Rest: { Type: 'Wait', Seconds: 60, End: true } }) } });
    await engine.start({ machine: 'it', name: 'one', input: { a: 1 }, trace: PARENT });
    await engine.start({ machine: 'it', name: 'one', input: { a: 1 } });
    expect(await engine.describe('it', 'one')).toMatchObject({ status: 'RUNNING', trace: PARENT });
    await engine.close();
  });
});

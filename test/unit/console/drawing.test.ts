/** Drawings of state machines: of all that there are, with nothing on top of anything else; and what became of each state. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { assert, array, integer, property } from 'fast-check';
import { allStates, graphOf, spoken, type Graph } from '../../../console/src/drawing/graph.ts';
import { layOut, type Box, type Drawing } from '../../../console/src/drawing/layout.ts';
import { executionTitle, stateNow, type Execution } from '../../../console/src/drawing/progress.ts';
import { stepsOf } from '../../../console/src/text/steps.ts';

const FOLDER = join(import.meta.dirname, '../../../statemachines');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.asl.json'));
const read = (name: string): Graph => graphOf(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')));

const apart = (one: Box, other: Box): boolean => one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y;
const boxesOf = (drawing: Drawing): Box[] => drawing.boxes.flatMap((box) => [box, ...box.inner.flatMap(boxesOf)]);

function faultsOf(drawing: Drawing): string[] {
  const { boxes, width, height } = drawing;
  return [
    ...boxes.flatMap((box, index) => boxes.slice(index + 1).filter((other) => !apart(box, other)).map((other) => `${box.state.name} on ${other.state.name}`)),
    ...boxes.filter((box) => box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height).map((box) => `${box.state.name} outside`),
    ...boxes.flatMap((box) => box.inner.flatMap((inner) => [...faultsOf(inner), ...(inner.x + inner.width > box.width || inner.y + inner.height > box.height ? [`inside of ${box.state.name} outside`] : [])])),
  ];
}

describe.each(files)('%s', (name) => {
  it('is drawn whole, each state once, none on another, and the same each time', () => {
    const graph = read(name);
    const drawing = layOut(graph);
    expect(faultsOf(drawing)).toEqual([]);
    expect(boxesOf(drawing).map(({ state }) => state.name).sort()).toEqual(allStates(graph).map((state) => state.name).sort());
    expect(drawing.boxes.find(({ state }) => state.name === graph.start)?.y).toBe(Math.min(...drawing.boxes.map(({ y }) => y)));
    expect(layOut(read(name))).toEqual(drawing);
  });
});

it('any machine is drawn, loops and ways to nowhere included', () => {
  const letter = integer({ min: 0, max: 9 });
  assert(property(array(array(letter, { maxLength: 3 }), { minLength: 1, maxLength: 8 }), (nexts) => {
    const States = Object.fromEntries(nexts.map((next, index) => [`S${index}`, { Type: 'Choice', Choices: next.map((to) => ({ Next: `S${to}` })) }]));
    expect(faultsOf(layOut(graphOf({ StartAt: 'S0', States })))).toEqual([]);
  }));
});

it('names are said in words, and a started machine by its name', () => {
  expect(spoken('ApprovalUnderWatch')).toBe('Approval under watch');
  const canary = allStates(graphOf({ StartAt: 'A', States: { A: { Type: 'Task', Arguments: { StateMachineArn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:slipway-canary' }, End: true } } }));
  expect(canary).toMatchObject([{ starts: 'canary' }]);
});

const execution = (given: Partial<Execution>): Execution => ({ machine: 'pipeline', name: 'catalog-7', status: 'RUNNING', startedAt: 0, stoppedAt: null, url: null, startedBy: null, states: {}, ...given });
const state = (entered: number, exited: number, failed = 0) => ({ entered, exited, failed, enteredAt: 1, exitedAt: null });

it.each([
  ['RUNNING', undefined, 'idle', 'not reached'], ['RUNNING', state(2, 1), 'busy', 'at work'], ['RUNNING', state(1, 1), 'good', 'done'], ['RUNNING', state(1, 1, 1), 'warn', 'done, with failures'], ['FAILED', state(1, 0), 'bad', 'ended here'], ['SUCCEEDED', state(1, 0), 'good', 'done'],
] as const)('an execution that is %s with %j is %s', (status, found, tone, word) => {
  expect(stateNow(execution({ status, states: found === undefined ? {} : { Plan: found } }), 'Plan')).toEqual({ tone, word });
});

it.each([['catalog-7', 'pipeline', 'pipeline'], ['catalog-7-production-canary-0-0', 'canary', 'production canary'], ['catalog-7-staging-staging-0-0', 'staging', 'staging'], ['catalog-7-production-rollout-1-2', 'rollout', 'production rollout (part 2, again 2)'], ['catalog-7-production-approval-0-0', 'gate', 'production-approval gate']])('%s of %s is called %s', (name, machine, title) => {
  expect(executionTitle('catalog-7', execution({ name, machine }))).toBe(title);
});

it('the way of a release has the steps that it takes, and those that it may take', () => {
  const running = execution({ states: { Build: state(1, 1), Plan: state(1, 1), Staging: state(1, 0) } });
  expect(stepsOf(running, new Set(['staging', 'canary', 'rollout'])).map(({ label, word }) => `${label} ${word}`)).toEqual(['build done', 'plan done', 'staging at work', 'canary to come', 'rollout to come']);
  expect(stepsOf(execution({ status: 'FAILED', states: { Plan: state(1, 1), Canary: state(1, 1, 1), RollBack: state(1, 1) } }), new Set()).map(({ label, tone }) => `${label} ${tone}`)).toEqual(['plan good', 'canary warn', 'rollback warn']);
  expect(stepsOf(execution({ states: { Plan: state(1, 1), ApprovalUnderWatch: state(1, 0) } }), new Set(['approval'])).map(({ label, tone, word }) => `${label} ${tone} ${word}`)).toEqual(['plan good done', 'approval wait waits for a decision']);
  expect(stepsOf(undefined, new Set())).toEqual([]);
});

/**
 * Each patch of the interpreter on its own: with it, a small machine does what AWS documents (the patch's file says where), and without it
 * it does not, so that a patch that moto no longer needs is seen.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from './machines/history.ts';
import { startEmulated, type Emulated } from './machines/run-emulated.ts';
import type { Answer } from './machines/scenario.ts';

const FOLDER = join(import.meta.dirname, 'interpreter/patches');
const list = (name: string): string[] => [...new RegExp(`^${name} = \\(([^)]*)\\)`, 'm').exec(readFileSync(join(FOLDER, '__init__.py'), 'utf8'))![1]!.matchAll(/"(\w+)"/g)].map(([, one]) => one!);

interface Case { readonly machine: object; readonly others?: Readonly<Record<string, object>>; readonly input?: unknown; readonly answers?: Readonly<Record<string, readonly Answer[]>>; readonly documented: (run: Run) => unknown; readonly is: unknown }

const pass = (more: object) => ({ Type: 'Pass', ...more });
const call = (functionName: string, more: object = {}) => ({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: functionName, Payload: {} }, End: true, ...more });
const nested = (more: object = {}) => ({ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2', Arguments: { StateMachineArn: 'arn:aws:states:local:000000000000:stateMachine:gate', Name: 'child', Input: { a: 1 } }, End: true, ...more });
const outcome = ({ status, output, error }: Run): unknown => (status === 'SUCCEEDED' ? output : error);
const machine = (States: Record<string, object>): object => ({ QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0], States });
const fails = (Error: string): object => machine({ F: { Type: 'Fail', Error, Cause: 'why' } });

const CASES: Readonly<Record<string, Case>> = {
  jsonata_evaluator: { machine: machine({ A: pass({ Output: '{% $sum([1, 2]) %}', End: true }) }), documented: outcome, is: 3 },
  jsonata_values: { machine: machine({ A: pass({ Assign: { text: '{% $states.input.text %}' }, Next: 'B' }), B: pass({ Output: '{% $text %}', End: true }) }), input: { text: 'a "b"\nc \\' }, documented: outcome, is: 'a "b"\nc \\' },
  query_errors: { machine: machine({ A: call('f', { Arguments: { FunctionName: 'f', Payload: '{% 1 + "a" %}' }, Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'B' }] }), B: pass({ Output: 'caught', End: true }) }), documented: outcome, is: 'caught' },
  values_at_entry: { machine: machine({ A: pass({ Assign: { x: 1 }, Next: 'B' }), B: pass({ Assign: { x: 2 }, Output: '{% $x %}', Next: 'C' }), C: pass({ Output: '{% [$states.input, $x] %}', End: true }) }), documented: outcome, is: [1, 2] },
  error_names: { machine: machine({ P: { Type: 'Parallel', Branches: [{ StartAt: 'F', States: { F: { Type: 'Fail', Error: 'States.Timeout', Cause: 'late' } } }], Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Wrong' }, { ErrorEquals: ['States.Timeout'], Next: 'Right' }], End: true }, Right: pass({ Output: 'right', End: true }), Wrong: pass({ Output: 'wrong', End: true }) }), documented: outcome, is: 'right' },
  no_choice_matched: { machine: machine({ C: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'S' }] }, S: { Type: 'Succeed' } }), documented: outcome, is: 'States.NoChoiceMatched' },
  start_execution: { machine: machine({ N: nested({ Output: '{% [$states.result.Status, $states.result.Output] %}' }) }), others: { gate: machine({ A: pass({ Output: '{% $states.input.a + 1 %}', End: true }) }) }, documented: outcome, is: ['SUCCEEDED', 2] },
  stopped_branches: {
    machine: machine({ P: { Type: 'Parallel', Branches: [{ StartAt: 'N', States: { N: nested() } }, { StartAt: 'F', States: { F: call('f') } }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }], End: true }, Z: { Type: 'Wait', Seconds: 2, Next: 'Y' }, Y: pass({ Output: 'after', End: true }) }),
    others: { gate: machine({ A: call('machine-gate') }) }, answers: { 'machine-gate': ['never'], f: [{ error: 'Worse', message: '', after: 'machine-gate' }] },
    documented: (run) => run.branches['P.0']?.map(({ what }) => what), is: ['entered', 'scheduled', 'submitted'],
  },
  task_failure_cause: { machine: machine({ A: call('f', { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Arguments: { FunctionName: 'f', Payload: { token: '{% $states.context.Task.Token %}' } }, Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Cause %}', Next: 'B' }] }), B: pass({ End: true }) }), answers: { f: [{ result: null, token: { failure: 'No', message: 'because' } }] }, documented: outcome, is: 'because' },
  output_as_json: { machine: machine({ N: nested({ Output: '{% $states.result.Output %}' }) }), others: { gate: machine({ A: pass({ Output: 'a text', End: true }) }) }, documented: outcome, is: 'a text' },
};

const runIn = async (emulated: Emulated, { machine: definition, others = {}, input = {}, answers = {}, documented }: Case): Promise<unknown> => {
  const machines = Object.fromEntries(Object.entries({ ...others, pipeline: definition }).map(([name, one]) => [name, { definition: one }]));
  const { runs } = await emulated.run({ machine: 'pipeline', name: 'a patch', input, answers }, machines);
  return documented(runs.find((run) => run.machine === 'pipeline')!);
};

describe('the patches of the interpreter', () => {
  let patched: Emulated;
  beforeAll(async () => { patched = await startEmulated(); }, 300_000);
  afterAll(async () => { await patched?.close(); });

  it('are those in the folder, each with a case here and with the documentation that justifies it', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.py') && name !== '__init__.py').map((name) => name.slice(0, -3));
    expect(files.sort()).toEqual([...list('PATCHES'), ...list('STAND_INS')].sort());
    expect(Object.keys(CASES).sort()).toEqual(list('PATCHES').sort());
    for (const patch of list('PATCHES')) expect(readFileSync(join(FOLDER, `${patch}.py`), 'utf8')).toMatch(/https:\/\/docs\.aws\.amazon\.com\/step-functions\//);
  });

  it.each(Object.entries(CASES))('%s: what AWS documents, and only with it', async (patch, one) => {
    expect(await runIn(patched, one)).toEqual(one.is);
    const without = await startEmulated([patch]);
    try {
      expect(await runIn(without, one).catch((failed: unknown) => `no answer: ${String(failed)}`)).not.toEqual(one.is);
    } finally {
      await without.close();
    }
  }, 180_000);

  it('are only applied to the version of moto that they were read against', () => {
    const pinned = /^PINNED = "(.*)"$/m.exec(readFileSync(join(FOLDER, '__init__.py'), 'utf8'))![1];
    expect(readFileSync(join(import.meta.dirname, '../../scripts/aws-emulator/requirements.txt'), 'utf8')).toContain(`\nmoto==${pinned}\n`);
  });

  it('matches error names as AWS documents', async () => {
    const of = async (Error: string, wanted: string) => runIn(patched, {
      machine: machine({ P: { Type: 'Parallel', Branches: [fails(Error)].map(({ ...graph }) => { delete (graph as { QueryLanguage?: string }).QueryLanguage; return graph; }), Catch: [{ ErrorEquals: [wanted], Next: 'B' }], End: true }, B: pass({ Output: 'caught', End: true }) }),
      documented: outcome, is: '',
    });
    expect(await of('States.Runtime', 'States.ALL')).toBe('States.Runtime');
    expect(await of('States.DataLimitExceeded', 'States.ALL')).toBe('States.DataLimitExceeded');
    expect(await of('States.HeartbeatTimeout', 'States.Timeout')).toBe('caught');
    expect(await of('Worse', 'States.TaskFailed')).toBe('caught');
  }, 60_000);
});

/** The state machine files: every validator there is, and what the validators miss. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import jsonataLatest from 'jsonata';
import jsonataOfAws from 'jsonata-aws';
import { expressionsOf, machineIssues, Machine, validateMachines } from '../../../src/engine/index.ts';
import { HANDLERS } from '../../../src/main/functions.ts';
import { loadMachines, substitutions } from '../../../src/main/machines.ts';
import { MACHINES } from '../../../src/ports/orchestrator.ts';
import { languageServiceFindings } from './language-service.ts';

const FOLDER = join(import.meta.dirname, '../../../statemachines');
const textOf = (machine: string): string => readFileSync(join(FOLDER, `${machine}.asl.json`), 'utf8');
const machines = loadMachines();
const parsed = (machine: (typeof MACHINES)[number]): Machine => Machine.parse(machines[machine].definition);
const require = createRequire(import.meta.url);
const validateAsl = require('asl-validator') as (definition: unknown, options?: { checkArn?: boolean }) => { isValid: boolean; errorsText(): string };

/** asl-validator wants at least one character in every text (schemas/jsonata.json, `not_jsonata`); Step Functions does not. */
const withoutEmptyTexts = (definition: unknown): unknown => JSON.parse(JSON.stringify(definition), (_key, value: unknown) => (value === '' ? '-' : value));

type Graph = Pick<Machine, 'States' | 'StartAt'>;
const namesOf = (graph: Graph): string[] => Object.entries(graph.States).flatMap(([name, state]) =>
  [name, ...(state.Type === 'Parallel' ? state.Branches : state.Type === 'Map' ? [state.ItemProcessor] : []).flatMap((inner) => namesOf(inner))]);

describe('the folder', () => {
  it('holds the machines of the port, no more and no less', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(MACHINES.map((machine) => `${machine}.asl.json`).sort());
  });

  it('the engine accepts them all, with the functions that there are', () => {
    expect(machineIssues(machines, { functions: Object.keys(HANDLERS) })).toEqual([]);
    expect(() => validateMachines(machines, { functions: ['slipway-plan'] })).toThrow(/is not known/);
  });
});

/** https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html, and the names of a function that ran out of time or died. */
const LAMBDA_TRANSIENT = ['Lambda.ClientExecutionTimeoutException', 'Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException', 'Lambda.TooManyRequestsException', 'Lambda.Unknown', 'Sandbox.Timedout'];
/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html */
const START_TRANSIENT = ['StepFunctions.ExecutionLimitExceeded', 'StepFunctions.ExecutionLimitExceededException', 'StepFunctions.ServiceUnavailable'];
const statesOf = (graph: Graph): [string, Machine['States'][string]][] => Object.entries(graph.States).flatMap(([name, state]) =>
  [[name, state] as [string, typeof state], ...(state.Type === 'Parallel' ? state.Branches : state.Type === 'Map' ? [state.ItemProcessor] : []).flatMap((inner) => statesOf(inner))]);

describe.each(MACHINES)('%s', (machine) => {
  it('retries in each task what may work a moment later, with chance in the pauses', () => {
    for (const [name, state] of statesOf(parsed(machine))) {
      if (state.Type !== 'Task') continue;
      const nested = state.Resource === 'arn:aws:states:::states:startExecution.sync:2';
      const retrier = state.Retry?.[0];
      expect([name, retrier?.ErrorEquals]).toEqual([name, nested ? START_TRANSIENT : ['Conflict', 'ProviderUnavailable', ...LAMBDA_TRANSIENT]]);
      expect([name, retrier]).toMatchObject([name, { JitterStrategy: 'FULL', MaxDelaySeconds: 30, MaxAttempts: 6 }]);
    }
  });

  it('lets no call of a function wait for ever, and no wildcard stand beside other names', () => {
    for (const [name, state] of statesOf(parsed(machine))) {
      if (state.Type === 'Task' && state.Resource.includes('lambda:invoke')) expect([name, state.TimeoutSeconds]).not.toEqual([name, undefined]);
      // https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: States.ALL alone, and last.
      const lists = [...('Retry' in state ? state.Retry ?? [] : []), ...('Catch' in state ? state.Catch ?? [] : [])].map(({ ErrorEquals }) => ErrorEquals);
      expect([name, lists.filter((names) => names.includes('States.ALL') && names.length > 1)]).toEqual([name, []]);
    }
  });

  it('is accepted by asl-validator', () => {
    const { isValid, errorsText } = validateAsl(withoutEmptyTexts(machines[machine].definition));
    expect(isValid ? '' : errorsText()).toBe('');
  });

  it('is accepted by the language service of Amazon States Language', async () => {
    expect(await languageServiceFindings(JSON.stringify(machines[machine].definition, null, 2))).toEqual([]);
  });

  it('names functions and machines that there are, and leaves no placeholder', () => {
    const named = [...textOf(machine).matchAll(/\$\{([^}]*)\}/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => !Object.hasOwn(substitutions(), name))).toEqual([]);
    expect(JSON.stringify(machines[machine].definition)).not.toContain('${');
  });

  it('has each state name once, in all its branches', () => {
    const names = namesOf(parsed(machine));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('has expressions that compile here and with the JSONata of AWS', () => {
    // A machine without expressions would prove nothing.
    const expressions = expressionsOf(parsed(machine));
    expect(expressions.length).toBeGreaterThan(0);
    for (const expression of expressions) {
      expect(() => jsonataLatest(expression)).not.toThrow();
      expect(() => jsonataOfAws(expression)).not.toThrow();
    }
  });

  it('uses nothing that Step Functions refuses', () => {
    // https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html: no $eval, and $ or $$ only inside of a path.
    for (const expression of expressionsOf(parsed(machine))) {
      const code = expression.replaceAll(/'[^']*'|"[^"]*"/g, "''");
      expect(code).not.toMatch(/\?\?|\?:|\$eval\b/);
      expect(code).not.toMatch(/\$\$/);
      expect(code).not.toMatch(/^\$(?![A-Za-z_])/);
    }
  });
});

describe('the validators can refuse', () => {
  const broken = { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } };

  it('a next state that is not there', async () => {
    expect(validateAsl(broken).isValid).toBe(false);
    expect(await languageServiceFindings(JSON.stringify(broken))).not.toEqual([]);
    expect(machineIssues({ broken: { definition: broken } })).not.toEqual([]);
  });

  it('a function or machine that is not there', () => {
    const task = (Resource: string, Arguments: object) => ({ broken: { definition: { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Task', Resource, Arguments, End: true } } } } });
    expect(machineIssues(task('arn:aws:states:::lambda:invoke', { FunctionName: 'slipway-nothing', Payload: {} }), { functions: Object.keys(HANDLERS) })).not.toEqual([]);
    expect(machineIssues(task('arn:aws:states:::states:startExecution.sync:2', { StateMachineArn: 'nothing', Name: 'a', Input: {} }), { functions: [] })).not.toEqual([]);
  });
});

it('what AWS does not know is seen by its version of JSONata', () => {
  expect(() => jsonataOfAws('a ?? b')).toThrow();
  expect(() => jsonataOfAws('a ?: b')).toThrow();
});

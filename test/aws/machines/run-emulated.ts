/** Runs a scenario in the emulator's Step Functions interpreter, by the same API calls that a real account gets. */
import { CreateStateMachineCommand, DescribeExecutionCommand, GetExecutionHistoryCommand, ListExecutionsCommand, SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient, StartExecutionCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { Machine } from '../../../src/engine/index.ts';
import { startInterpreter } from '../interpreter/start.ts';
import { answering, type Answering } from './answering.ts';
import { startFunctions } from './functions-server.ts';
import { branchesOf, comparable, comparableCause, type Run, type Told } from './history.ts';
import type { Ran } from './run-locally.ts';
import type { Runnable, TokenAnswer } from './scenario.ts';

export interface Emulated {
  run(scenario: Runnable, machines: Readonly<Record<string, { readonly definition: unknown }>>): Promise<Ran>;
  close(): Promise<void>;
}

const ARN = 'arn:aws:states:eu-central-1:123456789012:stateMachine:';
const DEADLINE_MS = 120_000;
const json = (text: string | undefined): unknown => (text === undefined ? undefined : (JSON.parse(text) as unknown));

/** The details of an event, out of the field that has them; texts that are JSON by their meaning are read. */
const toldBy = (event: HistoryEvent): Told => {
  const found = Object.entries(event).find(([key, value]) => key.endsWith('EventDetails') && value !== undefined)?.[1] as Record<string, unknown> | undefined;
  const { inputDetails: _in, outputDetails: _out, assignedVariablesDetails: _assigned, resourceType: _type, region: _region, resource, ...rest } = found ?? {};
  const detail: Record<string, unknown> = { ...rest };
  for (const key of ['input', 'output', 'parameters']) if (typeof detail[key] === 'string') detail[key] = json(detail[key]);
  if (detail['assignedVariables'] !== undefined) detail['assignedVariables'] = variablesOf(detail['assignedVariables'] as Record<string, string>);
  if (typeof resource === 'string') detail['resource'] = `arn:aws:states:::${String(_type)}:${resource}`;
  return { id: event.id ?? 0, previousId: event.previousEventId ?? 0, type: event.type ?? '', ...(found === undefined ? {} : { detail }) };
};

/** moto puts texts between quotation marks as they stand. */
const variablesOf = (told: Record<string, string>): unknown => Object.fromEntries(Object.entries(told).map(([name, text]) => [name, text.startsWith('"') ? text.slice(1, -1) : json(text)]));

/** @param without names of patches to leave out, for the tests of the patches */
export async function startEmulated(without: readonly string[] = []): Promise<Emulated> {
  const functions = await startFunctions();
  const interpreter = await startInterpreter({ lambda: functions.address, without });
  const client = new SFNClient({ endpoint: interpreter.endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 });

  const byToken = async (taskToken: string, answer: TokenAnswer): Promise<void> => {
    if (answer === 'never') return;
    if ('success' in answer) await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(answer.success) }));
    else await client.send(new SendTaskFailureCommand({ taskToken, error: answer.failure, cause: answer.message }));
  };

  const eventsOf = async (executionArn: string): Promise<Told[]> => {
    const told: Told[] = [];
    for (let nextToken: string | undefined; ;) {
      const page = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, nextToken }));
      told.push(...(page.events ?? []).map(toldBy));
      nextToken = page.nextToken;
      if (nextToken === undefined) return told;
    }
  };

  const runOf = async (machine: string, executionArn: string, definition: unknown, { tokens }: Answering): Promise<Run> => {
    const { name = '', status = '', output, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
    return { machine, execution: name, status, output: comparable(json(output), tokens), error, cause: comparableCause(error, cause, tokens), branches: branchesOf(Machine.parse(definition), await eventsOf(executionArn), tokens) };
  };

  return {
    run: async (scenario, machines) => {
      const reset = await fetch(`${interpreter.endpoint}/moto-api/reset`, { method: 'POST' });
      if (!reset.ok) throw new Error(`The emulator did not reset: ${reset.status}`);
      const answers = answering(scenario);
      functions.use(answers, byToken);
      functions.faults.length = 0;
      for (const [name, { definition }] of Object.entries(machines)) {
        const text = JSON.stringify(definition).replaceAll(/arn:aws:states:local:000000000000:stateMachine:/g, ARN);
        await client.send(new CreateStateMachineCommand({ name, definition: text, roleArn: 'arn:aws:iam::123456789012:role/machines' }));
      }
      const { executionArn = '' } = await client.send(new StartExecutionCommand({ stateMachineArn: `${ARN}${scenario.machine}`, name: 'main', input: JSON.stringify(scenario.input) }));
      const limit = Date.now() + DEADLINE_MS;
      for (let status = 'RUNNING'; status === 'RUNNING'; status = (await client.send(new DescribeExecutionCommand({ executionArn }))).status ?? '') {
        if (functions.faults.length > 0) throw functions.faults[0];
        if (Date.now() > limit) throw new Error(`The scenario '${scenario.name}' of ${scenario.machine} did not end. Calls so far: ${JSON.stringify(answers.calls)}`);
        await sleep(10);
      }
      if (functions.faults.length > 0) throw functions.faults[0];
      const runs: Run[] = [];
      for (const [machine, { definition }] of Object.entries(machines)) {
        const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: `${ARN}${machine}` }));
        for (const one of executions) runs.push(await runOf(machine, one.executionArn!, definition, answers));
      }
      return { runs, answers, events: (await eventsOf(executionArn)).length };
    },
    close: async () => {
      client.destroy();
      await interpreter.stop();
      await functions.close();
    },
  };
}

/**
 * Step Functions' part of an installation: the local engine behind the service's own protocol, so that a function starts executions and
 * answers tokens by the calls that it makes on AWS, as its own role.
 */
import { TokenRefused } from '../../../src/domain/errors.ts';
import type { Engine } from '../../../src/engine/index.ts';
import type { Execution, HistoryEvent } from '../../../src/ports/orchestrator.ts';
import { ACCOUNT, REGION } from '../emulator.ts';
import { errorAnswer, type Answer } from '../faults/answer.ts';
import { text as field } from '../faults/asks/arns.ts';
import type { Call, Shim } from '../faults.ts';

export const MACHINE_ARN_PREFIX = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:slipway-`;

const answer = (document: unknown): Answer => ({ status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: Buffer.from(JSON.stringify(document)) });
const refusal = (code: string, message: string): Answer => errorAnswer('json', { status: 400, code, message });

/** `arn:...:execution:slipway-pipeline:<name>` */
function executionIn(call: Call): { readonly machine: string; readonly name: string } {
  const [, machine = '', name = ''] = /:execution:slipway-([^:]+):(.+)$/.exec(field(call, 'executionArn')) ?? [];
  return { machine, name };
}

const described = (call: Call, { status, startedAt, stoppedAt, input, output, error, cause, name }: Execution) => ({
  executionArn: field(call, 'executionArn'), name, status, startDate: startedAt / 1000, input: JSON.stringify(input), ...(stoppedAt === undefined ? {} : { stopDate: stoppedAt / 1000 }),
  ...(output === undefined ? {} : { output: JSON.stringify(output) }), ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }),
});

const told = ({ id, previousId, at, type, state }: HistoryEvent) => ({ id, previousEventId: previousId, timestamp: at / 1000, type, ...(state !== undefined && type.endsWith('StateEntered') ? { stateEnteredEventDetails: { name: state } } : {}) });

/** A token that was used or never was: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
async function taken(answering: () => Promise<void>): Promise<Answer> {
  try {
    await answering();
    return answer({});
  } catch (error) {
    if (error instanceof TokenRefused) return refusal('TaskTimedOut', error.message);
    throw error;
  }
}

async function answered(engine: Engine, call: Call): Promise<Answer> {
  switch (call.action) {
    case 'StartExecution': {
      const machine = field(call, 'stateMachineArn').slice(MACHINE_ARN_PREFIX.length);
      await engine.start({ machine, name: field(call, 'name'), input: JSON.parse(field(call, 'input')) as unknown });
      return answer({ executionArn: `${MACHINE_ARN_PREFIX.replace(':stateMachine:', ':execution:')}${machine}:${field(call, 'name')}`, startDate: Date.now() / 1000 });
    }
    case 'DescribeExecution': {
      const { machine, name } = executionIn(call);
      const found = await engine.describe(machine, name);
      return found === undefined ? refusal('ExecutionDoesNotExist', `Execution Does Not Exist: '${field(call, 'executionArn')}'`) : answer(described(call, found));
    }
    case 'StopExecution': {
      const { machine, name } = executionIn(call);
      await engine.stop(machine, name, field(call, 'error'), field(call, 'cause'));
      return answer({ stopDate: Date.now() / 1000 });
    }
    case 'GetExecutionHistory': {
      const { machine, name } = executionIn(call);
      return answer({ events: (await engine.history(machine, name, { limit: 1000 })).map(told) });
    }
    case 'DescribeStateMachineForExecution': {
      const { machine, name } = executionIn(call);
      return answer({ definition: JSON.stringify(await engine.definition(machine, name)) });
    }
    case 'SendTaskSuccess': return taken(() => engine.succeedTask(field(call, 'taskToken'), JSON.parse(field(call, 'output'))));
    case 'SendTaskFailure': return taken(() => engine.failTask(field(call, 'taskToken'), field(call, 'error'), field(call, 'cause')));
    default: return errorAnswer('json', { status: 501, code: 'NotImplemented', message: `${call.action} is no part of this shim: test/aws/shims/step-functions.ts` });
  }
}

export const stepFunctions = (engine: Engine): Shim => async (call) => (call.service === 'states' ? answered(engine, call) : undefined);

/** Names of machines and executions in the form that Step Functions gives them. Account and region are those of this engine. */
const PREFIX = 'arn:aws:states:local:000000000000';

export const machineArn = (machine: string): string => `${PREFIX}:stateMachine:${machine}`;
export const executionArn = (machine: string, name: string): string => `${PREFIX}:execution:${machine}:${name}`;
export const ROLE_ARN = 'arn:aws:iam::000000000000:role/slipway-local';

/** The machine that a StateMachineArn names: a whole ARN, or the bare name. */
export const machineOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

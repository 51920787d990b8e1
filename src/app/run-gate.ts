/** Starts the command of a gate; its outcome answers the task token. */
import type { DeploymentId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { forwardTurn } from './deployment-turn.ts';
import { gateOf } from './gates.ts';
import { baseUrlOf, commandRun } from './run-test.ts';

/** @throws Superseded, Cancelled, NotFound */
export const runGate = (needs: Pick<Ports, 'store' | 'commands'>) => async (input: { deploymentId: DeploymentId; gate: string; token: string }): Promise<{ gate: string }> => {
  const turn = await forwardTurn(needs, input.deploymentId);
  const gate = gateOf(turn.deployment.value, input.gate);
  if (gate.kind !== 'command') throw new TypeError(`the gate ${gate.name} is no command`);
  await needs.commands.start(commandRun(turn, `${input.deploymentId}-${gate.name}`, gate.command, gate.timeoutSeconds, await baseUrlOf(needs, turn)), input.token);
  return { gate: gate.name };
};

/** Starts the command of a gate; its outcome answers the task token. */
import type { DeploymentId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { forwardTurn } from './deployment-turn.ts';
import { gateOf } from './gates.ts';
import { commandRun } from './run-test.ts';
import { observe } from './observe.ts';

/** A gate before a service's first stage has nothing to ask yet, so it is told no BASE_URL. @throws Superseded, Cancelled, NotFound */
export const runGate = (needs: Pick<Ports, 'store' | 'commands' | 'targets' | 'environments'>) => async (input: { deploymentId: DeploymentId; gate: string; token: string }): Promise<{ gate: string }> => {
  const turn = await forwardTurn(needs, input.deploymentId);
  const gate = gateOf(turn.deployment.value, input.gate);
  if (gate.kind !== 'command') throw new TypeError(`the gate ${gate.name} is no command`);
  const { endpoint } = await observe(needs, turn.desired.value);
  await needs.commands.start(await commandRun(needs, turn, `${input.deploymentId}-${gate.name}`, gate.command, gate.timeoutSeconds, endpoint), input.token);
  return { gate: gate.name };
};

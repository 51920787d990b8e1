/** Opens a gate: what kind it is and how long it may wait. */
import type { DeploymentId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { forwardTurn } from './deployment-turn.ts';
import { gateOf } from './gates.ts';

/** Beyond the command's own limit: its turn among those that run at once, the checkout, and ending it. */
const COMMAND_MARGIN_SECONDS = 600;

/** @throws Superseded, Cancelled, NotFound */
export const openGate = (needs: Pick<Ports, 'store'>) => async (input: { deploymentId: DeploymentId; gate: string }): Promise<{ name: string; question: string; kind: 'person' | 'command'; timeoutSeconds: number }> => {
  const turn = await forwardTurn(needs, input.deploymentId);
  const gate = gateOf(turn.deployment.value, input.gate);
  return gate.kind === 'command'
    ? { name: gate.name, question: gate.question, kind: 'command', timeoutSeconds: Math.ceil(gate.timeoutSeconds) + COMMAND_MARGIN_SECONDS }
    : { name: gate.name, question: gate.question, kind: 'person', timeoutSeconds: Math.max(1, Math.ceil(gate.rule.timeout)) };
};

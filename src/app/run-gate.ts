/** Starts the command of a gate, or keeps the outcome of one that has ended; its outcome answers the task token. */
import type { CommandOutcome } from '../ports/commands.ts';
import { GateRun } from '../domain/gate-run.ts';
import type { DeploymentId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { forwardTurn, type Turn } from './deployment-turn.ts';
import { gateOf, type KnownGate } from './gates.ts';
import { commandRun } from './run-test.ts';
import { observe } from './observe.ts';
import { expecting, read, untilWritten } from './state/documents.ts';
import { gateRunKey } from './state/keys.ts';

export type RunGateNeeds = Pick<Ports, 'clock' | 'store' | 'commands' | 'targets' | 'environments'>;

export interface RunGateInput {
  readonly deploymentId: DeploymentId;
  readonly gate: string;
  /** Set to start it: who waits for its outcome. */
  readonly token?: string | undefined;
  /** Set when it has ended. */
  readonly outcome?: CommandOutcome | undefined;
}

/** A gate before a service's first stage has nothing to ask yet, so it is told no BASE_URL. @throws Superseded, Cancelled, NotFound */
export const runGate = (needs: RunGateNeeds) => async ({ deploymentId, gate: name, token, outcome }: RunGateInput): Promise<{ gate: string; passed: boolean | null }> => {
  const turn = await forwardTurn(needs, deploymentId);
  const gate = gateOf(turn.deployment.value, name);
  if (gate.kind !== 'command') throw new TypeError(`the gate ${gate.name} is no command`);
  await keep(needs, turn, gate, outcome === undefined ? null : { passed: outcome.passed, seconds: outcome.seconds, detail: outcome.detail.slice(-20_000) });
  if (outcome !== undefined) return { gate: gate.name, passed: outcome.passed };
  if (token === undefined) throw new TypeError(`nobody waits for the gate ${gate.name}`);
  const { endpoint } = await observe(needs, turn.desired.value);
  await needs.commands.start(await commandRun(needs, turn, `${deploymentId}-${gate.name}`, gate.command, gate.timeoutSeconds, endpoint), token);
  return { gate: gate.name, passed: null };
};

const keep = ({ store, clock }: Pick<Ports, 'store' | 'clock'>, turn: Turn, gate: KnownGate, outcome: GateRun['outcome']): Promise<void> => untilWritten(async () => {
  const key = gateRunKey(turn.deployment.value.id, gate.name);
  const before = await read(store, GateRun, key);
  const value: GateRun = { gate: gate.name, name: gate.question, startedAt: before?.value.startedAt ?? clock.now(), outcome };
  await store.transact([{ kind: 'put', key, value, condition: expecting(before) }]);
});

/** Opens a stage: says so on deployment and pipeline, and hands its gates and tests to the machine. */
import type { DeploymentId } from '../domain/ids.ts';
import type { Gate, StageName } from '../domain/manifest.ts';
import { replaySeconds } from '../domain/replay/limits.ts';
import type { Ports } from '../ports/index.ts';
import { forwardTurn, stageOf } from './deployment-turn.ts';
import { gateName } from './gates.ts';
import { replacing, untilWritten } from './state/documents.ts';

export interface OpenedStage {
  readonly name: StageName;
  readonly gatesBefore: readonly GateStart[];
  readonly gatesAfter: readonly GateStart[];
  readonly tests: readonly { readonly name: string; readonly kind: 'http' | 'command'; readonly timeoutSeconds: number }[];
}

/** The input of a nested gate execution, and its name. */
interface GateStart {
  readonly deploymentId: DeploymentId;
  readonly gate: string;
  readonly execution: string;
}

/** Beyond a test's own limit: its turn among the commands that run at once, the checkout, and ending it. */
const TEST_MARGIN_SECONDS = 600;

export const openStage = (needs: Pick<Ports, 'store' | 'clock'>) => (input: { deploymentId: DeploymentId; stage: StageName }): Promise<OpenedStage> => untilWritten(async () => {
  const turn = await forwardTurn(needs, input.deploymentId);
  const stage = stageOf(turn.deployment.value, input.stage);
  await needs.store.transact([
    replacing(turn.deployment, { ...turn.deployment.value, stage: input.stage }),
    replacing(turn.pipeline, { ...turn.pipeline.value, stage: input.stage }),
  ]);
  const gates = (list: readonly Gate[], when: 'before' | 'after') => list.map((_gate, index): GateStart => {
    const gate = gateName(input.stage, when, index);
    return { deploymentId: input.deploymentId, gate, execution: `${input.deploymentId}-${gate}` };
  });
  return {
    name: input.stage,
    gatesBefore: gates(stage.gatesBefore, 'before'),
    gatesAfter: gates(stage.gatesAfter, 'after'),
    tests: stage.tests.map((test) => ({ name: test.name, kind: test.http === undefined ? 'command' as const : 'http' as const, timeoutSeconds: Math.ceil(test.timeout + replaySeconds(test)) + TEST_MARGIN_SECONDS })),
  };
});

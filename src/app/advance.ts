/** Writes the desired state of a stage's next batch, and hands the calls that make it so to the machine. */
import type { DeploymentId } from '../domain/ids.ts';
import type { StageName } from '../domain/manifest.ts';
import type { Mirror } from '../domain/parallel/mirror.ts';
import type { Batch } from '../domain/plan.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Desired } from '../domain/state.ts';
import { canonicalJson } from '../domain/canonical.ts';
import { sameWeights } from '../domain/route.ts';
import type { Ports } from '../ports/index.ts';
import { forwardTurn, stageOf, type Turn } from './deployment-turn.ts';
import { desire, type DesiredChange } from './state/desire.ts';
import { replacing, untilWritten } from './state/documents.ts';
import { launchCall, routeCall, type TargetCall } from './target-calls.ts';

export interface Advance {
  readonly done: boolean;
  readonly launches: readonly TargetCall[];
  readonly routes: readonly TargetCall[];
  /** When to look first whether what is launched is healthy, ISO 8601: a look before anything can be competes with its start. */
  readonly firstSettle: string;
  readonly hold: boolean;
  /** The hold is the bake. */
  readonly bake: boolean;
  /** When the judge looks first, ISO 8601: at once after the weights moved, to read where the counts stand. Empty without a hold. */
  readonly firstLook: string;
  readonly shrink: boolean;
}

const NOTHING: Advance = { done: true, launches: [], routes: [], firstSettle: '', hold: false, bake: false, firstLook: '', shrink: false };

/** Idempotent: a batch whose desired state stands already raises no generation. @throws Superseded, Cancelled, StaleGeneration */
export const advance = (needs: Pick<Ports, 'store' | 'clock' | 'settings'>) => (input: { deploymentId: DeploymentId; stage: StageName; batch: number }): Promise<Advance> => untilWritten(async () => {
  const turn = await forwardTurn(needs, input.deploymentId);
  const deployment = turn.deployment.value;
  const batch = stageOf(deployment, input.stage).batches[input.batch];
  if (batch === undefined) return NOTHING;
  const desired = await write(needs, turn, batch, input);
  return {
    done: false,
    launches: batch.launch.map(({ revision, count }) => launchCall(desired, specOf(deployment, revision), count)),
    // The batch before has moved the same weights already, and its call has succeeded.
    routes: sameAsBefore(stageOf(deployment, input.stage).batches, input.batch) ? [] : [routeCall(desired)],
    firstSettle: new Date(needs.clock.now() + needs.settings.settleFirstSeconds * 1000).toISOString(),
    hold: batch.hold !== null && batch.hold.seconds > 0,
    bake: batch.bake === true,
    firstLook: batch.hold === null ? '' : new Date(needs.clock.now()).toISOString(),
    shrink: batch.shrink.length > 0,
  };
});

const sameAsBefore = (batches: readonly Batch[], index: number): boolean => {
  const [before, now] = [batches[index - 1], batches[index]];
  return before !== undefined && now !== undefined && sameWeights(before.weights, now.weights) && before.parallelRun === undefined && now.parallelRun === undefined;
};

const specOf = (deployment: Deployment, revision: Batch['launch'][number]['revision']) => {
  const spec = deployment.plan.specs[revision];
  if (spec === undefined) throw new TypeError(`the plan of ${deployment.id} has no specification of ${revision}`);
  return spec;
};

function mirrorOf({ plan: { stable, candidate } }: Deployment, { parallelRun }: Batch): Mirror | undefined {
  return parallelRun === undefined || stable === null ? undefined : { stable, candidate, rule: parallelRun };
}

async function write(needs: Pick<Ports, 'store' | 'clock'>, turn: Turn, batch: Batch, input: { stage: StageName; batch: number }): Promise<Desired> {
  const deployment = turn.deployment.value;
  const current = turn.desired.value;
  const revisions = { ...current.revisions };
  for (const { revision, count } of batch.launch) revisions[revision] = { spec: specOf(deployment, revision), count };
  const { mirror: _ended, ...others } = current;
  const mirror = mirrorOf(deployment, batch);
  const change: DesiredChange = { ...others, revisions, weights: batch.weights, ...(mirror === undefined ? {} : { mirror }) };
  const now = needs.clock.now();
  const begun = replacing(turn.deployment, { ...deployment, batch: input.batch, launchedAt: now, promoteRequestedBy: null });
  if (canonicalJson({ r: current.revisions, w: current.weights, m: current.mirror ?? null }) === canonicalJson({ r: revisions, w: batch.weights, m: mirror ?? null })) {
    await needs.store.transact([begun]);
    return current;
  }
  const { desired, writes } = desire(turn.desired, change, { by: turn.pipeline.value.startedBy, at: now, reason: `${deployment.id}: ${input.stage}, batch ${input.batch + 1}`, commit: turn.pipeline.value.commit });
  await needs.store.transact([begun, ...writes]);
  return desired;
}

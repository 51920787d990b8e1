/** One look of the judge at a hold: reads the counts, lets the judge decide, keeps its evidence on the deployment. */
import type { Deployment, HoldProgress } from '../domain/deployment.ts';
import { InstancesUnhealthy } from '../domain/errors.ts';
import type { RevisionId } from '../domain/ids.ts';
import { addCounts, armDelta, type ArmCounts, failuresOf, NO_COUNTS, plainCounts } from '../domain/judge/counts.ts';
import type { HoldStart, Verdict } from '../domain/judge/judge.ts';
import { type Rate, sharedIncident, sharedIncidentText } from '../domain/judge/shared-incident.ts';
import type { Effect } from '../domain/outbox.ts';
import type { JudgeRule } from '../domain/manifest.ts';
import type { Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import type { MetricsReading } from '../ports/metrics.ts';
import type { Turn } from './deployment-turn.ts';
import { observe } from './observe.ts';
import { replacements } from './replacements.ts';
import { healthyOf } from './settle.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { replacing } from './state/documents.ts';
import type { TargetCall } from './target-calls.ts';

export type HoldNeeds = CommitNeeds & Pick<Ports, 'targets' | 'metrics' | 'judge'>;

export interface HoldLook {
  readonly stage: HoldProgress['stage'];
  readonly batch: number;
  readonly seconds: number;
  /** Null: only health is watched. */
  readonly rule: JudgeRule | null;
}

export interface Looked {
  readonly progress: HoldProgress;
  /** Null without a rule, or at the look that only reads where the counts stand. */
  readonly verdict: Verdict | null;
  readonly elapsedSeconds: number;
  /** What died meanwhile, to be started again. */
  readonly requests: readonly TargetCall[];
}

/**
 * @throws ProviderUnavailable when counts or instances cannot be read (the machine tries again; no data is never a pass)
 * @throws InstancesUnhealthy when none of the candidate's instances is healthy and the target has given one up
 */
export async function look(needs: HoldNeeds, turn: Turn, hold: HoldLook): Promise<Looked> {
  const deployment = turn.deployment.value;
  const observed = await observe(needs, turn.desired.value);
  refuseDead(observed, deployment.plan.candidate);
  const reading = await needs.metrics.read(deployment.service, deployment.environment);
  const before = deployment.holds.find((known) => known.stage === hold.stage && known.batch === hold.batch) ?? opened(hold, needs.clock.now());
  const { progress: judgedNow, verdict } = hold.rule === null ? { progress: { ...before, turns: before.turns + 1 }, verdict: null } : judged(needs, deployment, before, reading, hold.rule);
  const told = incidentIn(needs, deployment, judgedNow, hold.rule);
  const progress: HoldProgress = told.length === 0 ? judgedNow : { ...judgedNow, incidentTold: true };
  await commit(needs, [replacing(turn.deployment, { ...deployment, holds: [...deployment.holds.filter((known) => known.stage !== hold.stage || known.batch !== hold.batch), progress] })], told);
  return { progress, verdict, elapsedSeconds: (needs.clock.now() - progress.startedAt) / 1000, requests: replacements(turn.desired.value, observed, needs.clock.now()) };
}

export const opened = (hold: HoldLook, now: number): HoldProgress => ({ stage: hold.stage, batch: hold.batch, startedAt: now, seconds: hold.seconds, extensions: 0, turns: 0, reading: null, judge: null, verdict: null });

export function refuseDead(observed: Observed, candidate: RevisionId): void {
  const given = observed.instances.filter((instance) => instance.revision === candidate && instance.quarantined);
  if (given.length === 0 || healthyOf(observed, candidate) > 0) return;
  throw new InstancesUnhealthy(`No instance of ${candidate} is healthy any more, and the target has given up on ${given.length}: ${given[0]?.problem ?? 'crash loop'}. See their output: slipway logs ${observed.service} --environment ${observed.environment}`);
}

function judged(needs: Pick<HoldNeeds, 'judge' | 'clock'>, deployment: Deployment, before: HoldProgress, now: MetricsReading, rule: JudgeRule): { progress: HoldProgress; verdict: Verdict | null } {
  const { candidate, stable } = deployment.plan;
  const counts = (revision: RevisionId | null): ArmCounts | null => (revision === null ? null : now.revisions[revision] ?? null);
  const reading = { epoch: now.epoch, candidate: plain(counts(candidate)), stable: plain(counts(stable)) };
  const state = before.judge ?? needs.judge.start(startOf(deployment, before, reading.stable, rule));
  if (before.reading === null) return { progress: { ...before, reading, judge: state, turns: 1 }, verdict: null };
  const delta = (was: ArmCounts | null, is: ArmCounts | null) => (is === null ? null : armDelta(was ?? undefined, is));
  const ticked = needs.judge.tick(state, {
    candidate: delta(before.reading.candidate, reading.candidate), stable: delta(before.reading.stable, reading.stable), epochChanged: before.reading.epoch !== now.epoch,
    elapsedSeconds: (needs.clock.now() - before.startedAt) / 1000, holdSeconds: before.seconds, rule, promoteRequested: deployment.promoteRequestedBy !== null,
  });
  return { progress: { ...before, reading: keptReading(before.reading, reading), judge: ticked.state, turns: before.turns + 1, verdict: ticked.verdict }, verdict: ticked.verdict };
}

/** Once in a hold, in the write that keeps what it follows from. */
function incidentIn(needs: Pick<HoldNeeds, 'clock'>, deployment: Deployment, progress: HoldProgress, rule: JudgeRule | null): Effect[] {
  const { verdict, incidentTold, startedAt } = progress;
  if (rule === null || verdict === null || verdict.kind === 'abort' || incidentTold === true) return [];
  const incident = sharedIncident(verdict.evidence, stableBefore(progress), (needs.clock.now() - startedAt) / 1000, rule.maximumFailureRate);
  return incident === null ? [] : [alerting('warning', 'both-revisions-fail', deployment, `${deployment.id}: ${sharedIncidentText(incident)} See: slipway show ${deployment.pipeline}. If it should not wait for that: slipway cancel ${deployment.pipeline} --why "an incident".`)];
}

/** All that was counted of the stable revision, without this hold; null where counters began again meanwhile. */
function stableBefore({ reading, judge }: HoldProgress): Rate | null {
  if (reading?.stable == null || judge === null || judge.ticks.reset > 0) return null;
  const [total, bad] = [reading.stable.requests - judge.stable.requests, failuresOf(reading.stable) - failuresOf(judge.stable)];
  return total > 0 && bad >= 0 ? { total, bad } : null;
}

type Reading = NonNullable<HoldProgress['reading']>;
/** Where a revision is missing in a reading, the next one is held against the last that had it: else all of its counts would be new again. */
export function keptReading(before: HoldProgress['reading'], now: Reading): Reading {
  const same = before?.epoch === now.epoch ? before : null;
  return { epoch: now.epoch, candidate: now.candidate ?? same?.candidate ?? null, stable: now.stable ?? same?.stable ?? null };
}

/** A source's counts may be read-only; what is stored is plain JSON. */
const plain = (counts: ArmCounts | null) => (counts === null ? null : plainCounts(counts));

/**
 * At 100 % nothing compares any more: the stable revision's counts of all holds that did are the baseline, or else all that was counted of it
 * before. The latest of these holds alone may have been of a second: three good answers bound a rate at nine in ten, and nothing is ever
 * found to be worse than that. Evidence against the candidate goes on from hold to hold, so that alpha is for the deployment as a whole.
 */
function startOf(deployment: Deployment, hold: HoldProgress, history: ArmCounts | null, rule: JudgeRule): HoldStart {
  const { stable, stages } = deployment.plan;
  const weights = hold.stage === 'rollout' ? stages.rollout?.batches[hold.batch]?.weights : undefined;
  const comparing = stable !== null && (weights === undefined || (weights[stable] ?? 0) > 0);
  const judged = deployment.holds.flatMap((known) => known.judge ?? []);
  const compared = judged.filter((known) => known.comparing).reduce<ArmCounts>((sum, known) => addCounts(sum, known.stable), NO_COUNTS);
  const bounds = compared.requests >= Math.min(rule.minimumRequests, history?.requests ?? 0);
  return { comparing, baseline: comparing || !bounds ? null : compared, history, previous: judged.at(-1) ?? null };
}

/** One look at a hold of a stage: go on, end it, or throw so that the machine goes back. */
import { CandidateWorse, Inconclusive } from '../domain/errors.ts';
import type { DeploymentId } from '../domain/ids.ts';
import type { Verdict } from '../domain/judge/judge.ts';
import type { JudgeRule, StageName } from '../domain/manifest.ts';
import { compareAnswers, type CompareNeeds } from './compare-answers.ts';
import { batchOf, forwardTurn } from './deployment-turn.ts';
import { look, type HoldNeeds, type Looked } from './hold.ts';
import { nextLook } from './next-look.ts';
import { getDeployment, replacing, untilWritten } from './state/documents.ts';
import type { TargetCall } from './target-calls.ts';

export interface JudgeAnswer {
  readonly verdict: 'continue' | 'promote' | 'ask';
  /** When to look again. */
  readonly until: string;
  readonly requests: readonly TargetCall[];
}

/** @throws CandidateWorse, AnswersDiffer, Inconclusive, InstancesUnhealthy, Superseded, Cancelled, ProviderUnavailable */
export const judge = (needs: HoldNeeds & CompareNeeds) => (input: { deploymentId: DeploymentId; stage: StageName; batch: number }): Promise<JudgeAnswer> => untilWritten(async () => {
  const turn = await forwardTurn(needs, input.deploymentId);
  const { hold, parallelRun } = batchOf(turn.deployment.value, input.stage, input.batch);
  if (hold === null) throw new TypeError(`batch ${input.batch} of ${input.stage} has no hold`);
  if (parallelRun !== undefined) return await compareAnswers(needs, turn, { ...input, hold, rule: parallelRun });
  const looked = await look(needs, turn, { stage: input.stage, batch: input.batch, seconds: hold.seconds, rule: hold.rule });
  const answer = (verdict: JudgeAnswer['verdict']): JudgeAnswer => ({ verdict, until: nextLook(needs, hold, looked), requests: looked.requests });
  if (looked.verdict === null) return answer(hold.rule === null && looked.elapsedSeconds >= hold.seconds ? 'promote' : 'continue');
  if (looked.verdict.kind === 'abort') throw new CandidateWorse(looked.verdict.reason, { evidence: looked.verdict.evidence });
  if (looked.verdict.kind === 'inconclusive' && hold.rule !== null) return unsure(needs, input.deploymentId, looked, looked.verdict, hold.rule, hold.seconds, answer);
  if (looked.verdict.kind === 'promote') await closePromotion(needs, input.deploymentId);
  return answer(looked.verdict.kind === 'promote' ? 'promote' : 'continue');
});

async function unsure(needs: HoldNeeds, id: DeploymentId, looked: Looked, verdict: Verdict, rule: JudgeRule, seconds: number, answer: (verdict: JudgeAnswer['verdict']) => JudgeAnswer): Promise<JudgeAnswer> {
  if (rule.onInconclusive === 'extend' && looked.progress.extensions < rule.extensions) {
    await change(needs, id, looked, (progress) => ({ ...progress, extensions: progress.extensions + 1, seconds: progress.seconds + seconds }));
    return answer('continue');
  }
  if ((rule.onInconclusive === 'extend' ? rule.afterExtensions : rule.onInconclusive) === 'ask') return answer('ask');
  const { extensions } = looked.progress;
  throw new Inconclusive(`${verdict.reason}${extensions === 0 ? '' : `, though the watch was lengthened ${extensions === 1 ? 'once' : `${extensions} times`}`}. No evidence is never a pass: the release is taken back. Give the canary more traffic or time, or set canary.judge.onInconclusive.`, { evidence: verdict.evidence });
}

async function change(needs: Pick<HoldNeeds, 'store'>, id: DeploymentId, looked: Looked, to: (progress: Looked['progress']) => Looked['progress']): Promise<void> {
  const stored = await getDeployment(needs.store, id);
  const holds = stored.value.holds.map((hold) => (hold.stage === looked.progress.stage && hold.batch === looked.progress.batch ? to(hold) : hold));
  await needs.store.transact([replacing(stored, { ...stored.value, holds })]);
}

/** A person's wish to promote is for the hold at work, not for the ones after it. */
async function closePromotion(needs: Pick<HoldNeeds, 'store'>, id: DeploymentId): Promise<void> {
  const stored = await getDeployment(needs.store, id);
  if (stored.value.promoteRequestedBy !== null) await needs.store.transact([replacing(stored, { ...stored.value, promoteRequestedBy: null })]);
}

/** When a pipeline whose execution runs has made no progress for too long. */
import * as z from 'zod';
import type { Deployment } from './deployment.ts';
import type { Pipeline } from './pipeline.ts';
import type { StagePlan } from './plan.ts';

/** What was seen of a pipeline: a text that is another one whenever a document of it was written. */
export const SeenProgress = z.strictObject({ progress: z.string(), since: z.number(), lookedAt: z.number(), isTold: z.boolean() });
export type SeenProgress = z.infer<typeof SeenProgress>;

/** Beyond what the step at work may take by itself: calls of targets, retries with their waits, a turn among the commands that run at once. */
const MARGIN_MS = 30 * 60_000;
/** Nobody has looked for so long: the control plane was away, and the pipeline with it. */
const AWAY_MS = 15 * 60_000;
/** What was seen is kept this often, so that a pipeline costs few writes. */
const KEPT_EVERY_MS = 5 * 60_000;

/** How long nothing at all may be written of it. Questions to people and turns in a queue have limits of their own. */
export function stuckAfterMs(pipeline: Pipeline, deployments: readonly Deployment[]): number {
  const build = pipeline.digest === null ? pipeline.manifest.build.timeout : 0;
  return MARGIN_MS + 1000 * Math.max(build, ...deployments.filter(({ status }) => status.kind === 'running' || status.kind === 'rolling-back').map(({ plan }) => longestStepSeconds(plan)));
}

function longestStepSeconds({ stages, specs }: Deployment['plan']): number {
  const planned = Object.values(stages).filter((stage) => stage !== null);
  return Math.max(0, ...Object.values(specs).map(({ health }) => health.startWithin), ...planned.flatMap(stepSeconds));
}

const stepSeconds = ({ tests, gatesBefore, gatesAfter, batches }: StagePlan): number[] => [
  ...tests.map(({ timeout, retries, replay }) => (timeout + (replay === undefined ? 0 : 2 * replay.duration)) * (1 + retries)),
  ...[...gatesBefore, ...gatesAfter].map((gate) => (gate.kind === 'command' ? gate.timeout : 0)),
  ...batches.map(({ hold }) => hold?.tickSeconds ?? 0),
];

export interface Look {
  readonly progress: string;
  /** For a person's decision, or for its turn. */
  readonly isWaiting: boolean;
  readonly limitMs: number;
  readonly now: number;
}

export interface AfterLook {
  /** Null: nothing to keep. */
  readonly seen: SeenProgress | null;
  readonly tell: 'stuck' | 'moves' | null;
}

export function afterLook(before: SeenProgress | undefined, { progress, isWaiting, limitMs, now }: Look): AfterLook {
  const anew = { progress, since: now, lookedAt: now, isTold: false };
  if (before === undefined) return { seen: anew, tell: null };
  const isDue = now - before.lookedAt >= KEPT_EVERY_MS;
  if (isWaiting || progress !== before.progress) return before.isTold ? { seen: anew, tell: 'moves' } : { seen: isDue ? anew : null, tell: null };
  if (now - before.lookedAt >= AWAY_MS) return { seen: { ...anew, isTold: before.isTold }, tell: null };
  if (!before.isTold && now - before.since >= limitMs) return { seen: { ...before, lookedAt: now, isTold: true }, tell: 'stuck' };
  return { seen: isDue ? { ...before, lookedAt: now } : null, tell: null };
}

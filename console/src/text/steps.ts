/** The way of a release as the steps that people name, each with how far it is. Pure. */
import type { Tone } from '../parts/icon.tsx';
import type { Execution } from '../drawing/progress.ts';
import { stateNow } from '../drawing/progress.ts';

export interface Step {
  readonly label: string;
  readonly tone: Tone;
  readonly word: string;
}

/** States of the pipeline's machine, in the order of a release's way; those that this pipeline never needs are left out. */
const STEPS: readonly (readonly [label: string, states: readonly string[], isAlways: boolean])[] = [
  ['build', ['Build'], false], ['plan', ['Plan'], true], ['staging', ['Staging'], false], ['canary', ['Canary'], false], ['approval', ['Approval', 'ApprovalUnderWatch'], false], ['rollout', ['Rollout'], false], ['rollback', ['RollBack'], false],
];

/** A step that was not reached is shown while it may still be. */
export function stepsOf(execution: Execution | undefined, planned: ReadonlySet<string>): Step[] {
  if (execution === undefined) return [];
  return STEPS.flatMap(([label, states, isAlways]) => {
    const found = states.map((state) => stateNow(execution, state)).find(({ tone }) => tone !== 'idle');
    if (found === undefined) return planned.has(label) || isAlways ? [{ label, tone: 'idle' as const, word: 'to come' }] : [];
    if (label === 'approval' && found.tone === 'busy') return [{ label, tone: 'wait' as const, word: 'waits for a decision' }];
    return [{ label, tone: label === 'rollback' && found.tone === 'good' ? 'warn' as const : found.tone, word: found.word }];
  });
}

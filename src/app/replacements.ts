/** What died while a deployment is at work. Repair leaves such a service alone, so the deployment replaces it in its own time. */
import { findDrift } from '../domain/drift/find-drift.ts';
import { repairActions } from '../domain/drift/repair-actions.ts';
import type { Desired, Observed } from '../domain/state.ts';
import { repairCall, type TargetCall } from './target-calls.ts';

export function replacements(desired: Desired, observed: Observed, now: number): TargetCall[] {
  const actions = repairActions({ ...desired, deployment: null, paused: null }, findDrift(desired, observed, now));
  return actions.filter((action) => action.verb === 'relaunch' || action.verb === 'launch').map((action) => repairCall(desired, action));
}

/** Why a state machine went another way, as a person should read it. */
import * as z from 'zod';
import type { Pipeline } from './pipeline.ts';

/** What Catch hands on. A failed nested execution's cause is JSON with its own Error and Cause; a failed function's, with its message. */
export const TaskFailure = z.object({ Error: z.string(), Cause: z.string().default('') });
export type TaskFailure = z.infer<typeof TaskFailure>;

const Nested = z.object({ Error: z.string(), Cause: z.string().default('') });
const FunctionFailure = z.object({ errorMessage: z.string(), errorType: z.string().optional() });

/** The innermost error and its message. */
export function unwrapFailure(failure: TaskFailure): { error: string; reason: string } {
  const parsed = jsonOf(failure.Cause);
  const nested = Nested.safeParse(parsed);
  if (nested.success && failure.Error === 'States.TaskFailed') return unwrapFailure(nested.data);
  const thrown = FunctionFailure.safeParse(parsed);
  return { error: failure.Error, reason: thrown.success ? thrown.data.errorMessage : failure.Cause };
}

/** What stopped the pipeline comes before what that broke on the way. */
export function outcomeOf(failure: TaskFailure, pipeline: Pick<Pipeline, 'stop'>): { error: string; reason: string } {
  const inner = unwrapFailure(failure);
  if (pipeline.stop?.kind === 'superseded') return { error: 'Superseded', reason: `${pipeline.stop.by} has taken its place.` };
  if (pipeline.stop?.kind === 'cancelled') return { error: 'Cancelled', reason: `${pipeline.stop.by} cancelled it: ${pipeline.stop.why}` };
  return { error: inner.error, reason: inner.reason.slice(0, 8000) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How loudly people are told that a release did not go through: what one of them chose is no incident. */
export function severityOf(error: string): 'info' | 'warning' | 'critical' {
  if (error === 'Superseded' || error === 'Cancelled' || error === 'ApprovalRejected') return 'info';
  return error === 'ApprovalExpired' ? 'warning' : 'critical';
}

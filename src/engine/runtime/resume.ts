/** After a start: what was under way goes on where it was. */
import { RESOURCES } from '../asl.ts';
import type { Branch, TaskRequest } from '../state.ts';
import { isReady } from '../turn.ts';
import type { Live, Runtime } from './runtime.ts';
import type { Asking } from './requests.ts';
import { childKey } from './waits.ts';

type Send = (asking: Asking, request: TaskRequest) => void;

const resend = (live: Live, branch: Branch, send: Send): void => {
  if (branch.phase.kind !== 'task') return;
  const byToken = branch.phase.resource === RESOURCES.invokeWithToken;
  // A request by token that was taken waits for its token; sending it twice would ask a person twice.
  if (byToken && branch.phase.submitted) return;
  send({ place: { execution: live.id, branch: branch.id, ticket: branch.ticket }, byToken, scheduled: branch.phase.scheduled }, branch.phase.request);
};

/**
 * Resumes every execution that was adopted from the journal: tasks in flight are sent again (by token: with the same token,
 * and only if they were not taken), nested executions are joined, those whose parent has gone on without them are stopped.
 * Waits and timeouts need nothing but their release: their alarms are set, at the times that were journaled.
 */
export const resume = (runtime: Runtime, send: Send): number => {
  const all = [...runtime.live.values()];
  for (const live of all) {
    const { machine, name, branches } = live.state;
    if (live.parent !== undefined && runtime.waits.watchersOf(childKey(machine, name)).length === 0) {
      runtime.deliver(live.id, { type: 'stop', error: 'States.ParentEnded', cause: 'The task that waited for this execution has ended, so it was stopped.' });
      continue;
    }
    for (const branch of branches.values()) resend(live, branch, send);
    if ([...branches.values()].some(isReady)) runtime.deliver(live.id, { type: 'advance' });
  }
  runtime.alarms.release();
  return all.length;
};

/** What changed, in a few words: enough to know what to look at again, never a document. */
import * as z from 'zod';
import { EnvironmentName, PipelineId, ServiceName } from './ids.ts';

export const CHANGED = ['service', 'pipeline', 'deployment', 'test', 'approval', 'desired', 'observed', 'alert', 'pull-request'] as const;

export const Change = z.strictObject({
  what: z.enum(CHANGED),
  /** Null: about the installation. */
  service: ServiceName.nullable(),
  environment: EnvironmentName.nullable(),
  pipeline: PipelineId.nullable(),
  /** The kind of its status, where it has one; of an alert, how severe it is. */
  status: z.string().nullable(),
  /** Which one, where service, environment and pipeline do not say: a deployment, a test, an approval, an alert, a pull request. */
  id: z.string().nullable().default(null),
});
export type Change = z.infer<typeof Change>;

/** In the order of time: milliseconds, a counter within a process, and what tells two processes apart. */
export const EventId = z.string().regex(/^\d{13}-\d{6}-[0-9a-z]{4}$/, 'the id of an event, unchanged').brand<'EventId'>();
export type EventId = z.infer<typeof EventId>;

/** One transaction: everything that it changed, together. */
export const ChangeEvent = z.strictObject({ id: EventId, at: z.number(), changes: z.array(Change).min(1) });
export type ChangeEvent = z.infer<typeof ChangeEvent>;

const COUNTER_MAX = 999_999;

/**
 * Ids that only rise within a process, also when its clock goes back.
 * @param mark four characters of this process
 * @param newerThan a time in milliseconds that all of them come after: of the newest id before this process began
 */
export function eventIds(mark: string, newerThan = 0): (now: number) => EventId {
  let [last, counter] = [newerThan === 0 ? 0 : newerThan + 1, 0];
  return (now) => {
    if (now > last || counter >= COUNTER_MAX) [last, counter] = [Math.max(now, last + 1), 0];
    else counter += 1;
    return EventId.parse(`${String(last).padStart(13, '0')}-${String(counter).padStart(6, '0')}-${mark}`);
  };
}

export const timeOf = (id: EventId): number => Number(id.slice(0, 13));
/** Before every event from this moment on. */
export const eventIdAt = (time: number): EventId => EventId.parse(`${String(Math.max(0, Math.floor(time))).padStart(13, '0')}-000000-0000`);

export interface ChangeFilter {
  readonly service?: ServiceName | undefined;
  readonly environment?: EnvironmentName | undefined;
  readonly pipeline?: PipelineId | undefined;
}

/** A change of a service as a whole belongs to each of its environments. */
export const fits = (change: Change, filter: ChangeFilter): boolean =>
  (filter.service === undefined || change.service === filter.service) && (filter.environment === undefined || change.environment === null || change.environment === filter.environment)
  && (filter.pipeline === undefined || change.pipeline === filter.pipeline);

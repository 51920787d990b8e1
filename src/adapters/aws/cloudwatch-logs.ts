/** The output of instances, out of CloudWatch Logs. */
import { type Access, readerOf } from '../../domain/access.ts';
import { NotFound, NotSupported } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { InstanceLogs, InstanceOutput } from '../../ports/instance-logs.ts';
import { callFault, nameOf } from './call-fault.ts';
import type { LogCalls, LogEvent } from './calls/signed-logs.ts';
import { after, keyOf, type Position, readCursor, unseen, written } from './cloudwatch-logs/cursor.ts';
import type { OutputSource, OutputSources } from './cloudwatch-logs/sources.ts';
import type { FindPlaced } from './placed.ts';

export { groupOutput, lambdaOutput } from './cloudwatch-logs/sources.ts';

/** Without a cursor, output of so long ago is looked at: searching a group from its beginning may take many empty pages. */
export const LOOK_BACK_MS = 24 * 3_600_000;
/** Of one source in one look, 10,000 events or 1 MB each. A region's calls are few: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export const PAGES_MAX = 5;

export interface CloudWatchLogsOptions {
  readonly calls: (access: Access | null) => LogCalls;
  readonly placed: FindPlaced;
  readonly targets: Readonly<Record<string, OutputSources>>;
  readonly clock: Clock;
}

interface Look {
  readonly source: OutputSource;
  readonly events: readonly LogEvent[];
  readonly position: Position;
}

/** @throws NotFound for a place that is not there, NotSupported where output is not kept, Forbidden, ProviderUnavailable */
export function createCloudWatchLogs({ calls, placed, targets, clock }: CloudWatchLogsOptions): InstanceLogs {
  return {
    tail: async (service, environment, tailBytes, cursor) => {
      const place = await placed(service, environment);
      if (place === undefined) throw new NotFound(`${service} was never deployed in ${environment}.`, { service, environment });
      const sources = Object.hasOwn(targets, place.target) ? targets[place.target] : undefined;
      if (sources === undefined) throw new NotSupported(`The output of the target "${place.target}" is not read here: look where its instances write. Read: ${Object.keys(targets).join(', ')}.`, { target: place.target });
      const now = clock.now();
      const before = cursor === undefined ? undefined : readCursor(cursor);
      const logs = calls(readerOf(place.access));
      const all = await sources(place);
      const looks = await Promise.all(all.map((source) => (before === undefined ? lastOf(logs, source, now, all.length) : nextOf(logs, source, before.sources[keyOf(nameIn(source))] ?? { from: before.at, seen: '' }, now, all.length))));
      return { output: outputOf(looks, tailBytes), next: written({ at: now, sources: Object.fromEntries(looks.map(({ source, position }) => [keyOf(nameIn(source)), position])) }) };
    },
  };
}

/** A revision has one stream prefix in a group, and a function one group. */
const nameIn = ({ logGroup, streams }: OutputSource): string => streams ?? logGroup;

async function lastOf(calls: LogCalls, source: OutputSource, now: number, sources: number): Promise<Look> {
  const { events } = await readPages(calls, source, now - LOOK_BACK_MS, false, 1);
  return { source, events, position: after(events, { from: 0, seen: '' }, { whole: true, now, sources }) };
}

async function nextOf(calls: LogCalls, source: OutputSource, position: Position, now: number, sources: number): Promise<Look> {
  const { events, whole } = await readPages(calls, source, position.from, true, PAGES_MAX);
  return { source, events: unseen(events, position), position: after(events, position, { whole, now, sources }) };
}

/** Oldest first, whichever end is read. */
async function readPages(calls: LogCalls, source: OutputSource, startTime: number, startFromHead: boolean, pages: number): Promise<{ readonly events: readonly LogEvent[]; readonly whole: boolean }> {
  const events: LogEvent[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < pages || events.length === 0; page += 1) {
    const answer = await calls.filterLogEvents({ logGroupName: source.logGroup, ...(source.streams === undefined ? {} : { logStreamNamePrefix: source.streams }), startTime, startFromHead, ...(nextToken === undefined ? {} : { nextToken }) })
      .catch((error: unknown) => {
        // Lambda and the agents make a group with its first line: without one nothing was written.
        if (nameOf(error) === 'ResourceNotFoundException') return { events: [], next: undefined };
        throw callFault('CloudWatch Logs', `read ${source.logGroup}`, error);
      });
    events.push(...answer.events);
    nextToken = answer.next;
    if (nextToken === undefined || page >= PAGES_MAX) break;
  }
  return { events: events.filter(({ logStreamName }) => source.writer(logStreamName) !== undefined).sort((one, other) => one.timestamp - other.timestamp), whole: nextToken === undefined };
}

/** The end of each instance's output, whole lines; the newest instance first. */
function outputOf(looks: readonly Look[], tailBytes: number): InstanceOutput[] {
  const byInstance = new Map<string, { readonly output: Omit<InstanceOutput, 'text'>; readonly lines: string[] }>();
  for (const { source, events } of looks) {
    for (const { logStreamName, message } of events) {
      const output = source.writer(logStreamName);
      if (output === undefined) continue;
      const known = byInstance.get(output.instance) ?? { output, lines: [] };
      byInstance.delete(output.instance);
      byInstance.set(output.instance, known);
      known.lines.push(message.endsWith('\n') ? message : `${message}\n`);
    }
  }
  return [...byInstance.values()].reverse().map(({ output, lines }) => ({ ...output, text: endOf(lines, tailBytes) }));
}

function endOf(lines: readonly string[], bytes: number): string {
  let left = bytes;
  let first = lines.length;
  while (first > 0 && left >= Buffer.byteLength(lines[first - 1] ?? '')) left -= Buffer.byteLength(lines[--first] ?? '');
  // A last line that is longer than all that was asked for is shown by its end.
  return first === lines.length && lines.length > 0 ? Buffer.from(lines.at(-1) ?? '').subarray(-bytes).toString('utf8') : lines.slice(first).join('');
}

/** CloudWatch Logs' FilterLogEvents as a signed request: its JSON protocol, of which only what is used is parsed. */
import * as z from 'zod';
import type { SignedCall } from './signed-call.ts';

const TIMEOUT_MS = 10_000;

export const LogEvent = z.object({ logStreamName: z.string(), timestamp: z.number(), message: z.string(), eventId: z.string() });
export type LogEvent = z.infer<typeof LogEvent>;
const Page = z.object({ events: z.array(LogEvent).nullish(), nextToken: z.string().nullish() });

export interface LogQuery {
  readonly logGroupName: string;
  readonly logStreamNamePrefix?: string;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  /** Whether the oldest come first. */
  readonly startFromHead: boolean;
  readonly nextToken?: string;
}

export interface LogCalls {
  /** One page: at most 10,000 events and 1 MB. @throws ServiceFault, ZodError for an answer of another form */
  filterLogEvents(query: LogQuery): Promise<{ readonly events: readonly LogEvent[]; readonly next: string | undefined }>;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export const signedLogs = (call: SignedCall): LogCalls => ({
  filterLogEvents: async (query) => {
    const { text } = await call({ service: 'logs', path: '/', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.FilterLogEvents' }, body: JSON.stringify(query), timeoutMs: TIMEOUT_MS });
    const { events, nextToken } = Page.parse(JSON.parse(text));
    return { events: events ?? [], next: nextToken ?? undefined };
  },
});

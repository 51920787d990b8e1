/**
 * Sends spans by OTLP over HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp. In batches, one request at a time, from a queue that has an end: whoever
 * adds to it never waits and never fails. Spans that ended together stay together, so that a back end that was sent one was sent its parent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ExportAnswer, exportRequest } from '../../contracts/otlp/spans.ts';
import type { SpanSending } from '../../domain/trace/span-sending.ts';
import type { Span } from '../../domain/trace/span.ts';

export interface ExporterNeeds {
  readonly settings: SpanSending;
  /** Told how many were sent, dropped for want of room or of an answer, refused by the other side. */
  readonly count: (outcome: 'sent' | 'dropped' | 'refused', spans: number) => void;
  /** Told once of each outage, and of its end. */
  readonly said: (level: 'info' | 'warn', message: string) => void;
  /** What more is known of spans when they are sent. */
  readonly complete?: (spans: readonly Span[]) => Promise<readonly Span[]>;
  /** How to wait between attempts; tests hand in one that does not. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

export interface Exporter {
  add(spans: readonly Span[]): void;
  /** Sends what waits, for so long at most, and takes nothing more. */
  close(withinMs: number): Promise<void>;
}

type Outcome = { readonly kind: 'sent'; readonly refused: number; readonly why: string } | { readonly kind: 'refused'; readonly why: string } | { readonly kind: 'again'; readonly why: string; readonly afterMs: number | null };

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const PASSING = [429, 502, 503, 504];
const ATTEMPTS_MAX = 5;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const ANSWER_CHARACTERS = 300;
const ANSWER_BYTES_READ = 4096;

export function createExporter({ settings, count, said, complete = async (spans) => spans, pause = (ms) => sleep(ms, undefined, { ref: false }) }: ExporterNeeds): Exporter {
  const queue: (readonly Span[])[] = [];
  const state = { waiting: 0, isClosed: false, isAway: false };
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  /** Whole groups, as many as one request may have; a group that is larger than that goes by itself. */
  const nextBatch = (): Span[] => {
    const batch: Span[] = [];
    for (let first = queue[0]; first !== undefined && (batch.length === 0 || batch.length + first.length <= settings.batchSpans); [first] = queue) {
      batch.push(...first);
      queue.shift();
    }
    state.waiting -= batch.length;
    return batch;
  };
  const away = (why: string): void => {
    if (!state.isAway) said('warn', `spans do not reach ${new URL(settings.url).host}, and some are dropped until they do: ${why}`);
    state.isAway = true;
  };
  const sendBatch = async (batch: readonly Span[]): Promise<void> => {
    const body = JSON.stringify(exportRequest(settings.resource, await complete(batch).catch(() => batch)));
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await post(settings, body);
      if (outcome.kind === 'sent') {
        if (state.isAway) said('info', `spans reach ${new URL(settings.url).host} again`);
        state.isAway = false;
        count('sent', batch.length - outcome.refused);
        if (outcome.refused > 0) count('refused', outcome.refused);
        return;
      }
      away(outcome.why);
      if (outcome.kind === 'refused') return count('refused', batch.length);
      if (attempt >= ATTEMPTS_MAX || state.isClosed) return count('dropped', batch.length);
      await pause(Math.min(LONGEST_PAUSE_MS, outcome.afterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    }
  };
  const drain = async (): Promise<void> => {
    while (queue.length > 0) await sendBatch(nextBatch());
  };
  const send = (): void => {
    clearTimeout(timer);
    timer = undefined;
    sending ??= drain().finally(() => { sending = undefined; });
  };
  return {
    add: (spans) => {
      if (state.isClosed || state.waiting + spans.length > settings.queueSpans) return count('dropped', spans.length);
      queue.push(spans);
      state.waiting += spans.length;
      if (state.waiting >= settings.batchSpans) send();
      else timer ??= setTimeout(send, settings.delayMs).unref();
    },
    close: async (withinMs) => {
      state.isClosed = true;
      send();
      await Promise.race([sending, sleep(withinMs, undefined, { ref: false })]);
      if (state.waiting > 0) count('dropped', state.waiting);
      queue.length = 0;
    },
  };
}

async function post({ url, headers, timeoutMs }: SpanSending, body: string): Promise<Outcome> {
  try {
    const answer = await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'slipway' }, body, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const text = await beginningOf(answer);
    if (answer.ok) return taken(text);
    const why = `it answered ${answer.status} ${text.slice(0, ANSWER_CHARACTERS)}`.trim();
    const afterSeconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
    return PASSING.includes(answer.status) ? { kind: 'again', why, afterMs: Number.isFinite(afterSeconds) ? afterSeconds * 1000 : null } : { kind: 'refused', why };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return { kind: 'again', why: `${error instanceof Error ? error.message : String(error)}${cause}`, afterMs: null };
  }
}

/** What follows is not read. */
async function beginningOf(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    bytes += part.byteLength;
    if (bytes >= ANSWER_BYTES_READ) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

function taken(text: string): Outcome {
  const partial = ExportAnswer.safeParse(jsonOf(text)).data?.partialSuccess;
  return { kind: 'sent', refused: partial?.rejectedSpans ?? 0, why: partial?.errorMessage ?? '' };
}

/** What took them all may say nothing. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

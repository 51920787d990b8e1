/** Recorded counts as text: NDJSON, a line per tick. */
import * as z from 'zod';
import { type ArmCounts, Events, FailureClass, Histogram, OwnMetricName } from '../domain/judge/counts.ts';
import type { RecordedTick } from '../domain/judge/replay.ts';

const ISSUES_MAX = 50;
/** What a terminal would carry out: the message quotes the line, and the file may be anything. */
const CONTROLS = /\p{Cc}/gu;

const Arm = z.strictObject({
  requests: z.int().min(0),
  failures: z.union([z.int().min(0), z.record(FailureClass, z.int().min(0))]).default(0),
  latencyBuckets: z.array(z.int().min(0)).max(400).default([]),
  boundsMs: z.array(z.number().positive()).max(400).default([]),
  events: z.record(OwnMetricName, Events).optional(),
  histograms: z.record(OwnMetricName, Histogram).optional(),
}).superRefine((arm, context) => {
  const failed = typeof arm.failures === 'number' ? arm.failures : Object.values(arm.failures).reduce((sum, count) => sum + count, 0);
  if (failed > arm.requests) context.addIssue({ code: 'custom', path: ['failures'], message: `${failed} failures of ${arm.requests} requests` });
  checkBuckets(arm.latencyBuckets, arm.boundsMs, ['latencyBuckets'], context);
  for (const [name, { buckets, bounds }] of Object.entries(arm.histograms ?? {})) checkBuckets(buckets, bounds, ['histograms', name], context);
  for (const [name, { total, bad }] of Object.entries(arm.events ?? {})) if (bad > total) context.addIssue({ code: 'custom', path: ['events', name], message: `${bad} bad of ${total}` });
}).transform((arm): ArmCounts => ({ ...arm, failures: typeof arm.failures === 'number' ? { failed: arm.failures } : arm.failures }));

function checkBuckets(buckets: readonly number[], bounds: readonly number[], path: string[], context: z.RefinementCtx): void {
  if (buckets.length !== (bounds.length === 0 ? 0 : bounds.length + 1)) context.addIssue({ code: 'custom', path, message: `${buckets.length} buckets for ${bounds.length} bounds: there is one bucket more than bounds, for what is over the last` });
  if (bounds.some((bound, index) => index > 0 && bound <= (bounds[index - 1] ?? 0))) context.addIssue({ code: 'custom', path, message: 'the bounds do not ascend' });
}

/** Seconds since the start, and what each arm did since the line before. Null: the arm could not be read. */
const Tick = z.strictObject({ at: z.number().min(0).max(1e9), stable: Arm.nullable(), candidate: Arm.nullable().default(null) });

export interface LineIssue {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}
export type RecordedTicks = { readonly ok: true; readonly ticks: readonly RecordedTick[] } | { readonly ok: false; readonly issues: readonly LineIssue[] };

/** Never throws, whatever the text is; at most 50 bad lines are told. Empty lines are skipped. */
export function parseRecordedTicks(text: string): RecordedTicks {
  const ticks: RecordedTick[] = [];
  const issues: LineIssue[] = [];
  let number = 0;
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    number += 1;
    if (line.trim() === '') continue;
    const parsed = parseLine(line);
    const before = ticks.at(-1);
    const reason = typeof parsed === 'string' ? parsed : before !== undefined && parsed.at <= before.at ? `at: ${parsed.at} does not come after ${before.at}` : null;
    if (reason !== null) issues.push({ line: number, reason });
    else if (typeof parsed !== 'string') ticks.push(parsed);
    if (issues.length >= ISSUES_MAX) break;
  }
  if (issues.length > 0) return { ok: false, issues };
  return ticks.length > 0 ? { ok: true, ticks } : { ok: false, issues: [{ line: 1, reason: 'there is no tick in it' }] };
}

const PROTO = '__proto__';
const FIELDS = 'A line has at, stable and candidate; what else it may have of an arm is in docs/judging.md.';

function parseLine(line: string): RecordedTick | string {
  // A schema drops it without a word.
  if (line.includes(`"${PROTO}"`)) return `${PROTO}: this name has a meaning of its own: call it something else`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `no JSON: ${(error instanceof Error ? error.message : String(error)).replaceAll(CONTROLS, '?')}`;
  }
  const parsed = Tick.safeParse(value);
  if (parsed.success) return parsed.data;
  // A wrong name says more than that the right one is missing.
  const issues = parsed.error.issues.flatMap(inUnion);
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue?.code === 'unrecognized_keys') return `${[...issue.path, ''].join('.')}${issue.keys.map((key) => key.replaceAll(CONTROLS, '?')).join(', ')}: there is no such field. ${FIELDS}`;
  if (issue?.path.length === 1 && isMissing(value, issue.path[0])) return `${String(issue.path[0])}: it is missing${issue.path[0] === 'stable' ? '; an arm that could not be read is null' : ''}. ${FIELDS}`;
  const message = (issue?.code === 'invalid_key' ? issue.issues[0]?.message : undefined) ?? issue?.message ?? 'it does not fit';
  return `${issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.').replaceAll(CONTROLS, '?')}: `}${message}`;
}

/** Of a number or a record: what is wrong with the record, where a record was given. */
const inUnion = (issue: z.core.$ZodIssue): z.core.$ZodIssue[] => {
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().find(({ code }) => code === 'invalid_key' || code === 'too_small') : undefined;
  return [inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] }];
};

const isMissing = (value: unknown, key: PropertyKey | undefined): boolean => typeof value === 'object' && value !== null && key !== undefined && !Object.hasOwn(value, key);

/** What a worker says of itself, as the counts that the judge reads: handled as requests, failed as failures, age as latency. */
import { InvalidInput } from '../errors.ts';
import { type ArmCounts, failureClassOf } from '../judge/counts.ts';
import type { Worker } from '../manifest.ts';
import { parseSamples, type Sample } from './open-metrics.ts';

const CLASS = /^[A-Za-z0-9_-]{1,40}$/;
/** Classes beyond these count together. */
const CLASSES_MAX = 20;
const OTHER = 'other';
const FAILED = 'failed';
const BOUNDS_MAX = 200;

/** @throws InvalidInput saying what is missing or wrong in the text */
export function workerCounts(text: string, worker: Worker): ArmCounts {
  const bucket = `${worker.age}_bucket`;
  const samples = parseSamples(text, new Set([worker.handled, worker.failed, bucket]));
  const requests = total(samples, worker.handled);
  const failures = failuresOf(samples.filter(({ name }) => name === worker.failed), worker.failed);
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  if (failed > requests) throw new InvalidInput(`${worker.failed} is ${failed} and ${worker.handled} only ${requests}: a message that failed was handled, too`);
  return { requests, failures, ...ages(samples.filter(({ name }) => name === bucket), bucket) };
}

/** Over all labels. */
function total(samples: readonly Sample[], name: string): number {
  const found = samples.filter((sample) => sample.name === name);
  if (found.length === 0) throw new InvalidInput(`there is no counter ${name}. Count from the start, beginning with 0, or name another one in "worker" of slipway.yaml`);
  return found.reduce((sum, sample) => sum + whole(sample), 0);
}

function whole({ name, value }: Sample): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidInput(`${name} is ${value}, and a count is a whole number from 0`);
  return value;
}

/** By the label `class`, where there is one. */
function failuresOf(samples: readonly Sample[], name: string): Record<string, number> {
  if (samples.length === 0) throw new InvalidInput(`there is no counter ${name}. Count from the start, beginning with 0, or name another one in "worker" of slipway.yaml`);
  const failures: Record<string, number> = {};
  for (const sample of samples) {
    const given = sample.labels['class'] ?? FAILED;
    const own = failureClassOf(given);
    const name = CLASS.test(given) && (Object.hasOwn(failures, own) || Object.keys(failures).length < CLASSES_MAX) ? own : OTHER;
    failures[name] = (failures[name] ?? 0) + whole(sample);
  }
  return failures;
}

/** Cumulative buckets, summed over all labels, as counts of their own. None at all: no age is told. */
function ages(samples: readonly Sample[], name: string): Pick<ArmCounts, 'latencyBuckets' | 'boundsMs'> {
  if (samples.length === 0) return { latencyBuckets: [], boundsMs: [] };
  const upTo = new Map<number, number>();
  for (const sample of samples) {
    const bound = sample.labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(sample.labels['le'] ?? 'none');
    if (Number.isNaN(bound) || (bound <= 0 && Number.isFinite(bound))) throw new InvalidInput(`${name} has a bucket with le="${sample.labels['le'] ?? ''}": seconds over 0, or +Inf`);
    upTo.set(bound, (upTo.get(bound) ?? 0) + whole(sample));
  }
  const bounds = [...upTo.keys()].sort((one, other) => one - other);
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY) throw new InvalidInput(`${name} has no bucket with le="+Inf"`);
  if (bounds.length > BOUNDS_MAX) throw new InvalidInput(`${name} has ${bounds.length} buckets, and ${BOUNDS_MAX} are the most`);
  const cumulative = bounds.map((bound) => upTo.get(bound) ?? 0);
  const latencyBuckets = cumulative.map((count, index) => count - (cumulative[index - 1] ?? 0));
  if (latencyBuckets.some((count) => count < 0)) throw new InvalidInput(`${name} falls from one bucket to the next: buckets of a histogram are cumulative`);
  return { latencyBuckets, boundsMs: bounds.slice(0, -1).map((seconds) => Math.round(seconds * 1_000_000) / 1000) };
}

/** What a replay has measured, and whether that is what the manifest expects. Pure. */
import type { Replay } from '../manifest.ts';

export interface ReplayOutcome {
  readonly status: number | null;
  /** Why there was no answer; null with one. */
  readonly problem: string | null;
  readonly method: string;
  readonly target: string;
  /** From when the request was due to the end of its answer. */
  readonly milliseconds: number;
}

export interface ReplayVerdict {
  readonly passed: boolean;
  /** For people: figures first, then what was not as expected. */
  readonly lines: readonly string[];
}

const SHOWN = 10;

export function judgeReplay(outcomes: readonly ReplayOutcome[], expect: Replay['expect']): ReplayVerdict {
  if (outcomes.length === 0) return { passed: false, lines: ['No request was sent: no data is never a pass.'] };
  const failures = outcomes.filter((outcome) => !isExpected(outcome, expect.status));
  const share = failures.length / outcomes.length;
  const latencies = outcomes.filter(({ status }) => status !== null).map(({ milliseconds }) => milliseconds).sort((one, other) => one - other);
  const at = (rank: number): number => latencies[Math.max(0, Math.ceil(rank * latencies.length) - 1)] ?? Number.POSITIVE_INFINITY;
  const problems = [
    ...(share > expect.failures ? [`${failures.length} of ${outcomes.length} requests failed (${rounded(share * 100)} %), and at most ${rounded(expect.failures * 100)} % may`] : []),
    ...(expect.p99Within !== undefined && at(0.99) > expect.p99Within * 1000 ? [`the 99th percentile of latency is ${milliseconds(at(0.99))}, and at most ${milliseconds(expect.p99Within * 1000)} is expected`] : []),
  ];
  return {
    passed: problems.length === 0,
    lines: [
      `${outcomes.length} requests, ${failures.length} failed; p50 ${milliseconds(at(0.5))}, p90 ${milliseconds(at(0.9))}, p99 ${milliseconds(at(0.99))}; ${statuses(outcomes)}`,
      ...problems.map((problem) => `Not as expected: ${problem}.`),
      ...failures.slice(0, SHOWN).map(({ method, target, status, problem }) => `  ${method} ${target.slice(0, 200)}: ${problem ?? status ?? ''}`),
      ...(failures.length > SHOWN ? [`  and ${failures.length - SHOWN} more`] : []),
    ],
  };
}

function isExpected({ status }: ReplayOutcome, expected: readonly string[]): boolean {
  return status !== null && expected.some((text) => text === String(status) || (text.endsWith('xx') && text.startsWith(String(Math.floor(status / 100)))));
}

function statuses(outcomes: readonly ReplayOutcome[]): string {
  const counts = new Map<string, number>();
  for (const { status } of outcomes) counts.set(status === null ? 'no answer' : String(status), (counts.get(status === null ? 'no answer' : String(status)) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([status, count]) => `${status}: ${count}`).join(', ');
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
const milliseconds = (value: number): string => (Number.isFinite(value) ? `${rounded(value)} ms` : 'not known');

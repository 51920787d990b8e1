/** Asks two revisions the same requests, through their target. */
import type { CompareResult } from '../contracts/target.ts';
import type { RevisionId } from '../domain/ids.ts';
import type { ComparisonRule } from '../domain/parallel/rule.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import type { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { compareRequest } from './target-calls.ts';

/** So many take a target some seconds, and half a minute at the worst: its function ends after one. */
const REQUESTS_AT_ONCE = 50;
/** Of the six megabytes that a function is given at most; https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const BYTES_AT_ONCE = 2_000_000;

export interface Asked {
  readonly stable: RevisionId;
  readonly candidate: RevisionId;
  readonly rule: ComparisonRule;
  /** All that there are. */
  readonly requests: readonly RecordedRequest[];
  /** How many were asked before: it goes on with the one after them, and again from the first. */
  readonly before: number;
  /** So many at most. */
  readonly limit?: number;
}

/** @returns how many were asked; 0 while the target prepares it @throws what the target throws */
export async function askRevisions({ targets }: Pick<Ports, 'targets'>, desired: Desired, asked: Asked): Promise<Pick<CompareResult, 'ready' | 'report'> & { readonly asked: number }> {
  const { stable, candidate, rule } = asked;
  const requests = next(asked);
  const { ready, report } = await targets.compare(desired.target, compareRequest(desired, { stable, candidate, rule, requests }));
  return { ready, report, asked: ready ? requests.length : 0 };
}

function next({ requests, before, limit = REQUESTS_AT_ONCE }: Asked): RecordedRequest[] {
  const taken: RecordedRequest[] = [];
  let bytes = 0;
  while (taken.length < Math.min(REQUESTS_AT_ONCE, limit)) {
    const request = requests[(before + taken.length) % requests.length] as RecordedRequest;
    bytes += JSON.stringify(request).length;
    if (bytes > BYTES_AT_ONCE && taken.length > 0) break;
    taken.push(request);
  }
  return taken;
}

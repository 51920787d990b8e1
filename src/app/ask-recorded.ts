/** A parallel run where the data plane cannot mirror: at each look the revisions are asked some of the recorded requests. */
import type { ParallelProgress } from '../domain/deployment.ts';
import { NotFound } from '../domain/errors.ts';
import { emptyReport } from '../domain/parallel/report.ts';
import type { ParallelRun } from '../domain/parallel/rule.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import type { Recording } from '../domain/recording/recording.ts';
import { parseRequestList } from '../domain/replay/request-list.ts';
import type { Ports } from '../ports/index.ts';
import type { ParallelReading } from '../ports/parallel-runs.ts';
import { askRevisions } from './ask-revisions.ts';
import type { Turn } from './deployment-turn.ts';
import { keptRecordings, newestRecording, noRecording } from './recordings.ts';

export type AskRecordedNeeds = Pick<Ports, 'store' | 'targets' | 'recordingFiles'>;

/** Requests that may be asked of production: nobody is behind them. */
const SAFE: readonly string[] = ['GET', 'HEAD'];
export const safeRequests = (requests: readonly RecordedRequest[]): RecordedRequest[] => requests.filter(({ method, body }) => SAFE.includes(method) && (body === undefined || body === ''));

/**
 * The same recording from the first look to the last, and another part of it each time.
 * @param turns how many looks there were before: each is an epoch of its own, as what it finds begins from nothing
 * @throws NotFound without a recording, or when it has gone; what the target throws
 */
export async function askRecorded(needs: AskRecordedNeeds, turn: Turn, before: ParallelProgress | undefined, turns: number, rule: ParallelRun): Promise<ParallelReading & { readonly recording: string }> {
  const { service, environment, plan: { stable, candidate } } = turn.deployment.value;
  if (stable === null) throw new TypeError(`${turn.deployment.value.id} compares without a stable revision`);
  const recording = await recordingOf(needs, turn, before);
  const requests = safeRequests(parseRequestList(await needs.recordingFiles.read(recording.digest), recording.id));
  if (requests.length === 0) throw new NotFound(`The recording ${recording.id} has no GET or HEAD without a body, and others are not asked of production. Import one that has: slipway recording import ${service} FILE --environment ${environment}`);
  const { ignore, tolerances, headers, maximumRate, minimumComparisons } = rule;
  const { report } = await askRevisions(needs, turn.desired.value, { stable, candidate, rule: { ignore, tolerances, headers, maximumRate, minimumComparisons }, requests, before: askedBefore(before) });
  return { epoch: `asked-${turns}`, report, recording: recording.id };
}

async function recordingOf(needs: AskRecordedNeeds, turn: Turn, before: ParallelProgress | undefined): Promise<Recording> {
  const { service, environment } = turn.deployment.value;
  const found = before?.recording === undefined ? await newestRecording(needs, service, environment) : (await keptRecordings(needs, service, environment)).find(({ id }) => id === before.recording);
  if (found === undefined) throw new NotFound(before?.recording === undefined ? noRecording(service, environment) : `The recording ${before.recording} went while it was asked: newer ones took its place. Release again.`);
  return found;
}

const askedBefore = (before: ParallelProgress | undefined): number =>
  [before?.earlier ?? emptyReport(), before?.report ?? emptyReport()].reduce((sum, { compared, unanswered }) => sum + compared + unanswered, 0);

/** Asks a git host for runs of its CI that commits wait for, where no webhook has told of them: GitHub does not send again. */
import { afterAsking, AwaitedRun, isDue } from '../domain/awaited-run.ts';
import { SlipwayError } from '../domain/errors.ts';
import { hostNameOf } from '../domain/git-host.ts';
import { DeliveryId, Identity } from '../domain/ids.ts';
import type { Effect } from '../domain/outbox.ts';
import type { Repository } from '../domain/service.ts';
import { isNamed } from '../domain/workflow.ts';
import type { GitHostApi } from '../ports/git-hosts.ts';
import type { Ports } from '../ports/index.ts';
import { forgetting } from './awaited-runs.ts';
import { keepDelivery } from './keep-delivery.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { list, replacing, type Stored } from './state/documents.ts';
import { awaitedRunsPartition, shortHash } from './state/keys.ts';

export type SweepRunsNeeds = CommitNeeds & Pick<Ports, 'environments' | 'gitHosts'>;

/** Of one repository in one round; each is a call to its host. */
const ASKED_MAX = 10;
/** A credential that may not read runs is told of once for each commit that waits, and not at the first try: the next one may do. */
const REFUSALS_TOLD = 2;

/** The runs that were found, as deliveries. Asks nobody about a repository whose host `gitHosts` does not name. @throws what the host failed with, after the others were asked */
export async function sweepRuns(needs: SweepRunsNeeds, repository: Repository, periodMs: number): Promise<readonly DeliveryId[]> {
  const now = needs.clock.now();
  const due = (await list(needs.store, AwaitedRun, awaitedRunsPartition(repository.url), '')).filter(({ value }) => isDue(value, now, periodMs)).slice(0, ASKED_MAX);
  const runs = due.length === 0 ? null : await asked(needs, repository);
  if (runs === null) return [];
  const found: DeliveryId[] = [];
  const faults: unknown[] = [];
  for (const awaited of due) {
    try {
      const id = await look(needs, repository, awaited, runs);
      if (id === null) await askedInVain(needs, awaited, periodMs, null);
      else found.push(id);
    } catch (error) {
      faults.push(error);
      await askedInVain(needs, awaited, periodMs, error);
    }
  }
  if (faults.length > 0) throw faults[0];
  return found;
}

async function asked(needs: SweepRunsNeeds, { url }: Repository): Promise<NonNullable<GitHostApi['runs']> | null> {
  const entry = (await needs.environments.read()).gitHosts.find(({ host }) => host === hostNameOf(url));
  return entry === undefined ? null : needs.gitHosts.api(entry).runs;
}

/** As its webhook would have told it; its id is the run's, so that a round that was cut off finds nothing twice. */
async function look(needs: SweepRunsNeeds, { url, host }: Repository, awaited: Stored<AwaitedRun>, runs: NonNullable<GitHostApi['runs']>): Promise<DeliveryId | null> {
  const { branch, commit: head, releaseAfter } = awaited.value;
  const fitting = (await runs({ repository: url, branch, commit: head })).filter(({ run }) => isNamed(releaseAfter, run)).toSorted((one, other) => other.run.number - one.run.number)[0];
  if (fitting === undefined) return null;
  const { run, by } = fitting;
  const id = DeliveryId.parse(`sweep-run-${head}-${run.number}-${shortHash(`${url} ${branch} ${run.file}`).slice(0, 8)}`);
  await keepDelivery(needs, { id, host, foundBy: 'sweep', replayOf: null, repository: url, ref: `refs/heads/${branch}`, before: '0'.repeat(head.length), after: head, pusher: Identity.safeParse(by ?? '').data ?? null, receivedAt: needs.clock.now(), workflow: run }, null);
  await written(needs, forgetting(awaited), []);
  return id;
}

async function askedInVain(needs: SweepRunsNeeds, awaited: Stored<AwaitedRun>, periodMs: number, fault: unknown): Promise<void> {
  const next = afterAsking(awaited.value, needs.clock.now(), periodMs);
  const { repository, commit: head, releaseAfter } = next;
  const isRefused = fault instanceof SlipwayError && fault.retry === 'final' && next.asked === REFUSALS_TOLD;
  await written(needs, replacing(awaited, next), isRefused ? [alerting('warning', 'git-host-refused', { service: null, environment: null }, `${head} of ${repository} waits for a run of ${releaseAfter.workflow}, and its host could not be asked for it: ${fault.message} If the webhook of that run is lost, nothing is released.`)] : []);
}

/** Another round, or the run's webhook, was faster. */
async function written(needs: SweepRunsNeeds, write: Parameters<typeof commit>[1][number], effects: readonly Effect[]): Promise<void> {
  try {
    await commit(needs, [write], effects);
  } catch (error) {
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
  }
}

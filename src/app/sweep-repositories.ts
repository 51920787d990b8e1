/** Finds pushes that no webhook told of, and runs of the host's CI that commits wait for: hosts do not send again, or not for long, and some send nothing when many branches move at once. */
import { SlipwayError } from '../domain/errors.ts';
import type { CommitId } from '../domain/ids.ts';
import { DeliveryId } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import { Service, type Repository } from '../domain/service.ts';
import { afterFailure, afterLook, BRANCHES_MAX, isLost, movedBranches, SweptBranches, type MovedBranch } from '../domain/swept-branches.ts';
import type { Ports } from '../ports/index.ts';
import { keepDelivery } from './keep-delivery.ts';
import { repositories } from './registered.ts';
import { sweepRuns } from './sweep-runs.ts';
import { alerting, commit, type CommitNeeds } from './state/commit.ts';
import { expecting, list, read, type Stored } from './state/documents.ts';
import { servicePartition, shortHash, sweptKey, toldKey, toldPrefix } from './state/keys.ts';

export type SweepNeeds = CommitNeeds & Pick<Ports, 'environments' | 'gitHosts' | 'sources' | 'settings'>;

export interface Swept {
  readonly looked: number;
  /** Pushes and runs that nobody had told of. */
  readonly found: readonly DeliveryId[];
  /** Repositories that could not be looked at, with the reason. */
  readonly failed: readonly string[];
}

/** One run: so many repositories, so many at once, for so long. With more repositories the runs take turns. */
const REPOSITORIES_MAX = 100;
const AT_ONCE = 4;
const RUN_MS = 180_000;
const PERIOD_SECONDS = 300;
const periodMs = ({ settings }: Pick<Ports, 'settings'>): number => (settings.sweepSeconds ?? PERIOD_SECONDS) * 1000;
/** Of one repository in one look; the others have their turn in the next. */
const MOVED_MAX = 50;
/** About an hour and a half by then. */
const FAILURES_TOLD = 5;

export const sweepRepositories = (needs: SweepNeeds) => async (): Promise<Swept> => {
  const now = needs.clock.now();
  const due = inTurn(await repositories(needs)(), Math.floor(now / periodMs(needs)));
  const services = due.length === 0 ? [] : (await list(needs.store, Service, 'services', '')).map(({ value }) => value);
  const [found, failed]: [DeliveryId[], string[]] = [[], []];
  let looked = 0;
  const worker = async (): Promise<void> => {
    for (let next = due.shift(); next !== undefined && needs.clock.now() - now < RUN_MS; next = due.shift()) {
      const url = next.url;
      const trying = async (run: () => Promise<void>): Promise<void> => {
        try {
          await run();
        } catch (error) {
          failed.push(`${url}: ${error instanceof Error ? error.message : String(error)}`);
        }
      };
      const repository = next;
      await trying(async () => {
        const pushes = await look(needs, repository, services.filter((service) => service.repository === url));
        if (pushes === 'not due') return;
        looked += 1;
        found.push(...pushes);
      });
      // The host's API may answer where git does not, and the other way round.
      await trying(async () => { found.push(...await sweepRuns(needs, repository, periodMs(needs))); });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { looked, found, failed };
};

function inTurn(all: readonly Repository[], turn: number): Repository[] {
  if (all.length <= REPOSITORIES_MAX) return [...all];
  const begin = (turn * REPOSITORIES_MAX) % all.length;
  return [...all.slice(begin), ...all.slice(0, begin)].slice(0, REPOSITORIES_MAX);
}

async function look(needs: SweepNeeds, repository: Repository, services: readonly Service[]): Promise<readonly DeliveryId[] | 'not due'> {
  const now = needs.clock.now();
  const stored = await read(needs.store, SweptBranches, sweptKey(repository.url));
  if (stored !== undefined && stored.value.nextAt > now) return 'not due';
  const blank: SweptBranches = { repository: repository.url, lookedAt: now, known: {}, waiting: {}, failures: 0, nextAt: now };
  let heads: ReadonlyMap<string, CommitId>;
  try {
    heads = await followed(needs, await needs.sources.heads(repository.cloneUrl), services);
  } catch (error) {
    await keep(needs, stored, afterFailure(stored?.value ?? blank, now), error);
    throw error;
  }
  // What was there before the sweep first looked is nobody's lost push, but for the branches of services, whose pushes are waited for.
  const own = stored === undefined ? await branchesOf(needs, services) : new Set<string>();
  const state = stored?.value ?? { ...blank, known: Object.fromEntries([...heads].filter(([branch]) => !own.has(branch))) };
  return settle(needs, repository, stored, state, heads);
}

async function settle(needs: SweepNeeds, repository: Repository, stored: Stored<SweptBranches> | undefined, state: SweptBranches, heads: ReadonlyMap<string, CommitId>): Promise<DeliveryId[]> {
  const now = needs.clock.now();
  const [settled, unsettled, found]: [MovedBranch[], MovedBranch[], DeliveryId[]] = [[], [], []];
  for (const moved of movedBranches(state, heads).slice(0, MOVED_MAX)) {
    if (await isTold(needs, repository.url, moved)) settled.push(moved);
    else if (isLost(state, moved, now, periodMs(needs))) {
      found.push(await deliver(needs, repository, moved, state.known[moved.branch], now));
      settled.push(moved);
    } else unsettled.push(moved);
  }
  await keep(needs, stored, afterLook(state, heads, settled, unsettled, now), null);
  return found;
}

async function isTold(needs: SweepNeeds, repository: string, { branch, commit: head }: MovedBranch): Promise<boolean> {
  const ref = `refs/heads/${branch}`;
  const { partition } = toldKey(repository, head, ref, '' as DeliveryId);
  return (await needs.store.query(partition, toldPrefix(head, ref), { limit: 1 })).items.length > 0;
}

/** Its id is the commit's on that branch, so that a run that was cut off finds nothing twice. */
async function deliver(needs: SweepNeeds, repository: Repository, { branch, commit: head }: MovedBranch, before: CommitId | undefined, now: number): Promise<DeliveryId> {
  const ref = `refs/heads/${branch}`;
  const id = DeliveryId.parse(`sweep-${head}-${shortHash(`${repository.url} ${ref}`).slice(0, 8)}`);
  await keepDelivery(needs, { id, host: repository.host, foundBy: 'sweep', replayOf: null, repository: repository.url, ref, before: before ?? '0'.repeat(head.length), after: head, pusher: null, receivedAt: now }, null);
  return id;
}

/** All branches of a repository, or those of its services where there are very many. */
async function followed(needs: SweepNeeds, heads: ReadonlyMap<string, CommitId>, services: readonly Service[]): Promise<ReadonlyMap<string, CommitId>> {
  if (heads.size <= BRANCHES_MAX) return heads;
  const own = await branchesOf(needs, services);
  return new Map([...heads].filter(([branch]) => own.has(branch)));
}

/** The branches that they are released from, as their newest pipelines say. */
async function branchesOf(needs: SweepNeeds, services: readonly Service[]): Promise<Set<string>> {
  const newest = await Promise.all(services.map(({ name }) => list(needs.store, Pipeline, servicePartition(name), 'pipeline#', 1, 'descending')));
  return new Set(newest.flat().flatMap(({ value }) => (value.branch === null ? [] : [value.branch])));
}

/** People are told once when a repository stays out of reach, and once when it is back. */
async function keep(needs: SweepNeeds, stored: Stored<SweptBranches> | undefined, value: SweptBranches, fault: unknown): Promise<void> {
  const place = { service: null, environment: null };
  const reason = fault instanceof Error ? fault.message : String(fault);
  const effects = value.failures === FAILURES_TOLD
    ? [alerting('warning', 'repository-unreachable', place, `${value.repository} could not be looked at ${value.failures} times in a row, so pushes that no webhook tells of are not found there. ${reason}`)]
    : value.failures === 0 && (stored?.value.failures ?? 0) >= FAILURES_TOLD ? [alerting('info', 'repository-reachable', place, `${value.repository} can be looked at again.`)] : [];
  try {
    await commit(needs, [{ kind: 'put', key: sweptKey(value.repository), value, condition: expecting(stored) }], effects);
  } catch (error) {
    // Another run was faster, or the repository was removed: what was delivered has its id.
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
  }
}

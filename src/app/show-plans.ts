/** Shows plans on the pull requests that do not show theirs yet. */
import type { GitHostEntry } from '../domain/git-host-entry.ts';
import { kindOf } from '../domain/git-host-entry.ts';
import { SlipwayError } from '../domain/errors.ts';
import { hostNameOf } from '../domain/git-host.ts';
import { PlannedPullRequest, UnshownPullRequest } from '../domain/pull-request.ts';
import type { Ports } from '../ports/index.ts';
import type { Telling } from './git-hosts/tell-host.ts';
import type { RegisteredNeeds } from './registered.ts';
import { saidOrRefused, type SayNeeds } from './said-or-refused.ts';
import { list, read, replacing, untilWritten, type Stored } from './state/documents.ts';
import { pullRequestKey, UNSHOWN_PULL_REQUESTS } from './state/keys.ts';

export type ShowNeeds = SayNeeds & Pick<Ports, 'environments' | 'gitHosts'>;

/** In all, and of one host in one run. */
const WAITING_MAX = 1000;
const ONE_RUN_MAX = 50;

const canShow = (entry: GitHostEntry, repository: string): boolean => entry.host === hostNameOf(repository) && kindOf(entry) === 'github' && entry.plans;

/** The host that a repository's plans are shown on; undefined where none may be told, or nobody wants it. */
export const entryForPlans = async (needs: Pick<RegisteredNeeds, 'environments'>, repository: string): Promise<GitHostEntry | undefined> =>
  (await needs.environments.read()).gitHosts.find((entry) => canShow(entry, repository));

/** The plans that are not shown yet, by the name of their host. */
export async function unshownPlans(needs: ShowNeeds): Promise<ReadonlyMap<string, readonly Telling[]>> {
  const byHost = new Map<string, Telling[]>();
  for (const marker of await list(needs.store, UnshownPullRequest, UNSHOWN_PULL_REQUESTS, '', WAITING_MAX)) {
    const host = hostNameOf(marker.value.repository) ?? '';
    const known = byHost.get(host) ?? [];
    // Its marker stands until it is shown: there is nothing to keep.
    if (known.length < ONE_RUN_MAX) byHost.set(host, [...known, { tell: () => show(needs, marker.value), keep: async () => undefined, settle: () => settled(needs, marker) }]);
  }
  return byHost;
}

/** Answers how many calls were made of it. */
async function show(needs: ShowNeeds, { repository, number }: { repository: string; number: number }): Promise<number> {
  const entry = await entryForPlans(needs, repository);
  const stored = await read(needs.store, PlannedPullRequest, pullRequestKey(repository, number));
  if (entry === undefined || stored === undefined || stored.value.shown === stored.value.text) return 0;
  const { text } = stored.value;
  const api = needs.gitHosts.api(entry);
  const comment = await saidOrRefused(needs, { host: entry.host, repository, service: null, what: `the plan of pull request ${number} of ${repository}` }, async () => (await api.comment?.({ repository, number, text }, stored.value.comment)) ?? null);
  if (comment !== null) await keep(needs, { ...stored.value, comment });
  return 1;
}

/** Also where a newer text is there already: the comment's name must not be lost with it. */
const keep = (needs: ShowNeeds, { repository, number, text, comment }: PlannedPullRequest): Promise<void> => untilWritten(async () => {
  const now = await read(needs.store, PlannedPullRequest, pullRequestKey(repository, number));
  if (now !== undefined) await needs.store.transact([replacing(now, { ...now.value, comment, shown: text })]);
});

/** One that was told anew meanwhile stands, and is shown in the next run. */
async function settled(needs: ShowNeeds, { key, generation }: Stored<unknown>): Promise<void> {
  try {
    await needs.store.transact([{ kind: 'delete', key, condition: { generation } }]);
  } catch (error) {
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
  }
}

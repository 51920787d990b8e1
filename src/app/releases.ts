/** Releases of a service, compared and as they are in force. */
import { compareReleases } from '../domain/compare.ts';
import { InvalidInput, NotFound } from '../domain/errors.ts';
import type { EnvironmentName, ServiceName } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import { Release } from '../domain/release.ts';
import type { Ports } from '../ports/index.ts';
import type { Comparison, ReleaseSummary } from '../contracts/api/releases.ts';
import { releaseOfVersion } from './deploy.ts';
import type { PageInput, Part } from './lists.ts';
import { findDesired, getRelease, getService, list } from './state/documents.ts';
import { servicePartition } from './state/keys.ts';

type Needs = Pick<Ports, 'store' | 'environments'>;

/** As many pipelines as are looked through for the commits between two releases. */
const PIPELINES_MAX = 1000;

/** Newest first. The cursor is the id of the last one before. */
export const releasesPart = (needs: Needs) => async (service: ServiceName, page: PageInput): Promise<Part<ReleaseSummary>> => {
  await getService(needs.store, service);
  const all = (await list(needs.store, Release, servicePartition(service), 'release#')).map(({ value }) => value).sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1));
  const start = page.cursor === undefined ? 0 : all.findIndex(({ id }) => id === page.cursor) + 1;
  if (page.cursor !== undefined && start === 0) throw new InvalidInput('The cursor is none of this list. Pass the one of the next link, unchanged.');
  const shown = all.slice(start, start + page.limit);
  const stable = await stableReleases(needs, service);
  return { items: shown.map((release) => summary(release, stable)), next: start + page.limit < all.length ? shown.at(-1)?.id : undefined };
};

/** By version, by the beginning of its commit, or by its id. @throws NotFound */
export const releaseNamed = (needs: Pick<Ports, 'store'>) => async (service: ServiceName, name: string): Promise<Release> => {
  await getService(needs.store, service);
  return name.startsWith(`${service}@`) ? (await getRelease(needs.store, service, name as Release['id'])).value : releaseOfVersion(needs, service, name);
};

export const comparison = (needs: Needs) => async (service: ServiceName, names: { from: string; to: string }): Promise<Comparison> => {
  const [from, to] = [await releaseNamed(needs)(service, names.from), await releaseNamed(needs)(service, names.to)];
  const stable = await stableReleases(needs, service);
  const differences = compareReleases(from, to).map((difference) => ({ ...difference, path: [...difference.path] }));
  return { from: summary(from, stable), to: summary(to, stable), differences, commits: await commitsBetween(needs, service, from, to) };
};

/** @throws NotFound where nothing is stable yet */
export const configurationInForce = (needs: Pick<Ports, 'store'>) => async (service: ServiceName, environment: EnvironmentName) => {
  const desired = (await findDesired(needs.store, service, environment))?.value;
  const stable = desired?.stable == null ? undefined : desired.revisions[desired.stable];
  if (stable === undefined) throw new NotFound(`${service} has no stable revision in ${environment}, so nothing is in force there.`);
  const { spec, count } = stable;
  const release = await getRelease(needs.store, service, spec.release);
  return {
    revision: spec.revision, release: spec.release, version: spec.version, configuration: spec.configuration, secrets: spec.secrets, flags: release.value.flags, instances: count,
    resources: { memory: spec.resources.memory, cpu: spec.resources.cpu }, zones: spec.zones,
  };
};

type Stable = ReadonlyMap<EnvironmentName, string>;

async function stableReleases(needs: Needs, service: ServiceName): Promise<Stable> {
  const found = new Map<EnvironmentName, string>();
  for (const { name } of (await needs.environments.read()).environments) {
    const desired = (await findDesired(needs.store, service, name))?.value;
    const spec = desired?.stable == null ? undefined : desired.revisions[desired.stable]?.spec;
    if (spec !== undefined) found.set(name, spec.release);
  }
  return found;
}

const summary = ({ manifest: _manifest, ...release }: Release, stable: Stable): ReleaseSummary => ({ ...release, stableIn: [...stable].filter(([, id]) => id === release.id).map(([environment]) => environment) });

/** Which of the two is older does not matter: the commits are the same, forwards or back. */
async function commitsBetween(needs: Pick<Ports, 'store'>, service: ServiceName, one: Release, other: Release): Promise<Comparison['commits']> {
  const pipelines = (await list(needs.store, Pipeline, servicePartition(service), 'pipeline#', PIPELINES_MAX, 'descending')).map(({ value }) => value).reverse();
  const first = (release: Release) => pipelines.find(({ commit }) => commit !== null && commit === release.commit)?.number;
  const [a, b] = [first(one), first(other)];
  if (a === undefined || b === undefined) return [];
  const between = pipelines.filter(({ number, commit }) => commit !== null && number > Math.min(a, b) && number <= Math.max(a, b));
  const seen = new Set<string | null>([a < b ? one.commit : other.commit]);
  return between.flatMap(({ commit, subject, author, version, id, startedAt }) => {
    if (commit === null || seen.has(commit)) return [];
    seen.add(commit);
    return [{ commit, subject, author, version, pipeline: id, at: startedAt }];
  });
}

/** The repositories that are listened to: those that people registered, and those that the environments file lists. */
import type { Environments } from '../domain/environment.ts';
import { likelyHost } from '../domain/git-host.ts';
import { Identity } from '../domain/ids.ts';
import { canonicalRepository } from '../domain/repository-url.ts';
import { Repository } from '../domain/service.ts';
import type { Ports } from '../ports/index.ts';
import { list, read } from './state/documents.ts';
import { repositoryKey } from './state/keys.ts';

export type RegisteredNeeds = Pick<Ports, 'store' | 'environments'>;

/** Who has registered what the file lists. */
export const BY_FILE = Identity.parse('environments.yaml');

export const listedRepositories = ({ repositories }: Pick<Environments, 'repositories'>): Repository[] => repositories.map((entry) => {
  const url = canonicalRepository(entry.url);
  return { url, cloneUrl: entry.url, host: entry.host ?? likelyHost(url), registeredBy: BY_FILE, registeredAt: null };
});

/** What the file says of one counts before what was said by command. */
export const repositories = (needs: RegisteredNeeds) => async (): Promise<Repository[]> => {
  const stored = (await list(needs.store, Repository, 'repositories', '')).map(({ value }) => value);
  const all = new Map([...stored, ...listedRepositories(await needs.environments.read())].map((repository) => [repository.url, repository]));
  return [...all.values()].sort((one, other) => (one.url < other.url ? -1 : 1));
};

/** @param url in its one spelling */
export async function findRepository(needs: RegisteredNeeds, url: string): Promise<Repository | undefined> {
  return listedRepositories(await needs.environments.read()).find((listed) => listed.url === url) ?? (await read(needs.store, Repository, repositoryKey(url)))?.value;
}

/** How a repository is fetched: as its owner wrote its address, which may need ssh where its name says https. */
import { NotFound } from '../domain/errors.ts';
import { Repository } from '../domain/service.ts';
import type { Ports } from '../ports/index.ts';
import { read } from './state/documents.ts';
import { repositoryKey } from './state/keys.ts';

/** @throws NotFound when it is not registered any more */
export async function cloneUrlOf(needs: Pick<Ports, 'store'>, url: string): Promise<string> {
  const repository = await read(needs.store, Repository, repositoryKey(url));
  if (repository === undefined) throw new NotFound(`The repository ${url} is not registered any more. Register it: slipway service add ${url}`);
  return repository.value.cloneUrl;
}

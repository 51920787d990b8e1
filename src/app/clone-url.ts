/** How a repository is fetched: as its owner wrote its address, which may need ssh where its name says https. */
import { NotFound } from '../domain/errors.ts';
import { findRepository, type RegisteredNeeds } from './registered.ts';

/** @throws NotFound when it is not registered any more */
export async function cloneUrlOf(needs: RegisteredNeeds, url: string): Promise<string> {
  const repository = await findRepository(needs, url);
  if (repository === undefined) throw new NotFound(`The repository ${url} is not registered any more. Register it: slipway service add ${url}`);
  return repository.cloneUrl;
}

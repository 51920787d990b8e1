/** Parts of a repository's address, as the APIs of git hosts name them. */
import { InvalidInput } from '../../domain/errors.ts';

/** `owner/name`, or with more folders. */
export const pathOf = (repository: string): string => decodeURI(new URL(repository).pathname).replace(/^\/+|\/+$/g, '');

/** Each part encoded: `owner/name`. @throws InvalidInput for one with more or fewer parts */
export function ownerAndName(repository: string): string {
  const parts = pathOf(repository).split('/');
  if (parts.length !== 2) throw new InvalidInput(`${repository} is no address of the form https://host/owner/name, so its host cannot be told anything. Register it as the host writes it.`, { repository });
  return parts.map(encodeURIComponent).join('/');
}

/** What an answer calls its new thing. @throws InvalidInput for an answer without */
export function idIn(body: unknown, host: string): string {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  if (typeof id !== 'number' && typeof id !== 'string') throw new InvalidInput(`${host} answered without the id of what it made.`, { host });
  return String(id);
}

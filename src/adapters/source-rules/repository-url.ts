/** Which addresses git may be given. Git itself would also take `ext::<command>`, which runs a command. */
import { isAbsolute, normalize } from 'node:path';
import { Forbidden, InvalidInput } from '../../domain/errors.ts';
import { addressProblem } from '../../domain/repository-url.ts';

/** `path` is an absolute path without a scheme. */
export const REPOSITORY_SCHEMES = ['https', 'ssh', 'http', 'file', 'path'] as const;
export type RepositoryScheme = (typeof REPOSITORY_SCHEMES)[number];

const URL_LENGTH_MAX = 2000;
/** `git@host:owner/name.git`: user, host and path of which none begins with a hyphen. */
const SCP_FORM = /^[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[A-Za-z0-9_~/.][^\s:]*$/;

const refuse = (why: string, next: string): never => {
  throw new InvalidInput(`The repository address is refused: ${why}. ${next}`, {});
};

function schemeOf(repository: string): RepositoryScheme {
  if (isAbsolute(repository)) return normalize(repository).startsWith('/') && !repository.startsWith('//') ? 'path' : refuse('it begins with //', 'Use one slash.');
  if (SCP_FORM.test(repository)) return 'ssh';
  const scheme = /^([a-z]+):\/\//.exec(repository)?.[1];
  const known = REPOSITORY_SCHEMES.find((name) => name === scheme && name !== 'path');
  return known ?? refuse('it is none of the known forms', 'Use https://host/path, ssh://user@host/path, user@host:path, file:///path or an absolute path.');
}

/**
 * Checks an address before git sees it.
 * @throws InvalidInput for a form that is not known or that hides an option, a command or a password; Forbidden for a scheme that is switched off
 */
export function checkRepository(repository: string, allowed: readonly RepositoryScheme[]): RepositoryScheme {
  if (repository.length > URL_LENGTH_MAX) refuse('it is too long', 'Check its spelling.');
  const problem = addressProblem(repository);
  if (problem !== null) refuse(problem.why, problem.next);
  const scheme = schemeOf(repository);
  if (!allowed.includes(scheme)) throw new Forbidden(`Repositories by ${scheme} are not allowed here (allowed: ${allowed.join(', ')}). Allow it in the installation's settings, or use another address.`, { scheme, allowed });
  return scheme;
}

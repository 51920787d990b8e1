/** What a run that checks out a repository is lent: the credential of its own host, and only once. */
import type { Ports } from '../ports/index.ts';

/** @throws NotFound for a run that nobody has started, Forbidden for a second time */
export const lendCredential = (needs: Pick<Ports, 'jobCredentials'>) => async (input: { readonly job: string }): Promise<{ readonly credential: string | null }> => ({
  credential: await needs.jobCredentials.lend(input.job),
});

/** The credential of a git host for the run that checks out from it: once, as a service's own commands run there after that. */
import { Forbidden, NotFound } from '../../../domain/errors.ts';
import type { ItemStore } from '../../../ports/item-store.ts';
import type { JobCredentials } from '../../../ports/job-credentials.ts';
import { repositoryOf } from './job-record.ts';
import { changed, list } from './jobs.ts';

export interface JobCredentialsNeeds {
  readonly store: ItemStore;
  /** `user:token` of a git host; null where it needs none. */
  readonly credential: (host: string) => Promise<string | null>;
}

const hostOf = (repository: string | null): string | null => (repository === null ? null : URL.parse(repository)?.host ?? null);

export const createJobCredentials = ({ store, credential }: JobCredentialsNeeds): JobCredentials => ({
  lend: async (job) => {
    const found = (await list(store, '')).find(({ value }) => value.nonce === job);
    if (found === undefined) throw new NotFound('There is no such run, so nothing was lent. Only runs that Slipway has started may ask, while they run.', {});
    let first = false;
    await changed(store, found, ({ value }) => {
      first = value.nonce === job && !value.lent;
      return first ? { ...value, lent: true } : undefined;
    });
    if (!first) throw new Forbidden('The run has been lent its credential, so it is not lent again. If this is no attempt of a service\'s commands, start the build again.', {});
    const host = hostOf(repositoryOf(found.value));
    return host === null ? null : credential(host);
  },
});

/** Bitbucket Cloud: build statuses. https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/ */
import type { StatusState } from '../../domain/host-facts.ts';
import type { GitHostApi } from '../../ports/git-hosts.ts';
import { ownerAndName } from './repository-path.ts';
import type { Rest } from './rest.ts';

const STATES = { pending: 'INPROGRESS', success: 'SUCCESSFUL', failure: 'FAILED', stopped: 'STOPPED' } as const satisfies Record<StatusState, string>;

export const createBitbucket = (rest: Rest): GitHostApi => ({
  async status({ repository, commit, state, context, description, url }) {
    // A key has at most 40 characters, which `slipway/<service>` never exceeds; an address is a must, so without one it is the commit's own.
    await rest.call('POST', `/repositories/${ownerAndName(repository)}/commit/${commit}/statuses/build`, { key: context, name: context, state: STATES[state], description, url: url ?? `${repository}/commits/${commit}` });
  },
  deployment: null,
  comment: null,
  runs: null,
});

/** Gitea and Forgejo: commit statuses. https://docs.gitea.com/api/, operation repoCreateStatus */
import type { StatusState } from '../../domain/host-facts.ts';
import type { GitHostApi } from '../../ports/git-hosts.ts';
import { ownerAndName } from './repository-path.ts';
import type { Rest } from './rest.ts';

const STATES = { pending: 'pending', success: 'success', failure: 'failure', stopped: 'warning' } as const satisfies Record<StatusState, string>;

export const createGitea = (rest: Rest): GitHostApi => ({
  async status({ repository, commit, state, context, description, url }) {
    await rest.call('POST', `/repos/${ownerAndName(repository)}/statuses/${commit}`, { state: STATES[state], context, description, ...(url === null ? {} : { target_url: url }) });
  },
  deployment: null,
  comment: null,
  runs: null,
});

/** Bitbucket Data Center: build statuses. https://developer.atlassian.com/server/bitbucket/rest/ (build-status, 7.14 and newer) */
import { InvalidInput } from '../../domain/errors.ts';
import type { StatusState } from '../../domain/host-facts.ts';
import type { GitHostApi } from '../../ports/git-hosts.ts';
import { pathOf } from './repository-path.ts';
import type { Rest } from './rest.ts';

const STATES = { pending: 'INPROGRESS', success: 'SUCCESSFUL', failure: 'FAILED', stopped: 'CANCELLED' } as const satisfies Record<StatusState, string>;

export const createBitbucketServer = (rest: Rest): GitHostApi => ({
  async status({ repository, commit, state, context, description, url }) {
    await rest.call('POST', `/api/latest/${placeOf(repository)}/commits/${commit}/builds`, { key: context, name: context, state: STATES[state], description, url: url ?? repository });
  },
  deployment: null,
  comment: null,
  runs: null,
});

/** `https://host/scm/KEY/name` over https, `https://host/KEY/name` in the one spelling of an address of ssh. */
function placeOf(repository: string): string {
  const [project, name] = pathOf(repository).split('/').slice(-2);
  if (project === undefined || name === undefined) throw new InvalidInput(`${repository} is no address of the form https://host/scm/PROJECT/name, so its host cannot be told anything. Register it as the host writes it.`, { repository });
  return `projects/${encodeURIComponent(project)}/repos/${encodeURIComponent(name)}`;
}

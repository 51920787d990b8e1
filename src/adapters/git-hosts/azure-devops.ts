/** Azure DevOps: commit statuses. https://learn.microsoft.com/en-us/rest/api/azure/devops/git/statuses/create?view=azure-devops-rest-7.1 */
import { InvalidInput } from '../../domain/errors.ts';
import type { StatusState } from '../../domain/host-facts.ts';
import type { GitHostApi } from '../../ports/git-hosts.ts';
import { pathOf } from './repository-path.ts';
import type { Rest } from './rest.ts';

const STATES = { pending: 'pending', success: 'succeeded', failure: 'failed', stopped: 'notApplicable' } as const satisfies Record<StatusState, string>;
const GENRE = 'slipway';

export const createAzureDevops = (rest: Rest): GitHostApi => ({
  async status({ repository, commit, state, context, description, url }) {
    const { before, name } = placeOf(repository);
    await rest.call('POST', `${before}/_apis/git/repositories/${name}/commits/${commit}/statuses?api-version=7.1`, { state: STATES[state], description, context: { name: context.slice(GENRE.length + 1), genre: GENRE }, ...(url === null ? {} : { targetUrl: url }) });
  },
  deployment: null,
  comment: null,
  runs: null,
});

/** `https://dev.azure.com/organisation/project/_git/name`; a project's repository of the same name leaves the project out. */
function placeOf(repository: string): { before: string; name: string } {
  const parts = pathOf(repository).split('/');
  const at = parts.indexOf('_git');
  const name = parts[at + 1];
  if (at < 0 || name === undefined) throw new InvalidInput(`${repository} is no address of the form https://dev.azure.com/ORGANISATION/PROJECT/_git/NAME, so its host cannot be told anything. Register it as the host writes it.`, { repository });
  const project = at === 1 && !new URL(repository).hostname.endsWith('.visualstudio.com') ? [...parts.slice(0, at), name] : parts.slice(0, at);
  return { before: project.map((part) => `/${encodeURIComponent(part)}`).join(''), name: encodeURIComponent(name) };
}

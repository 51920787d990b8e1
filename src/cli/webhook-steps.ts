/** How a repository's webhook is set up, field by field, as each git host names them. */
import { GIT_HOST_NAMES, GIT_HOSTS, type GitHost } from '../domain/git-host.ts';

export interface WebhookFacts {
  readonly address: string;
  /** The secret itself, or where it is. */
  readonly secret: string;
}

interface Steps {
  /** Where in its pages. */
  readonly where: string;
  readonly fields: (facts: WebhookFacts) => readonly (readonly [string, string])[];
}

const url = (host: GitHost, { address }: WebhookFacts): string => `${address}/webhooks/${host}`;

const STEPS = {
  github: {
    where: 'In the repository\'s settings on GitHub, add a webhook:',
    fields: (facts) => [['Payload URL', url('github', facts)], ['Content type', 'application/json'], ['Secret', facts.secret], ['Events', 'just the push event; for plans on pull requests, Pull requests too; for services that wait for a workflow, Workflow runs too']],
  },
  gitlab: {
    where: 'In the project\'s settings on GitLab, under Webhooks, add one:',
    fields: (facts) => [['URL', url('gitlab', facts)], ['Secret token', facts.secret], ['Trigger', 'Push events; for services that wait for a pipeline, Pipeline events too']],
  },
  bitbucket: {
    where: 'In the repository\'s settings on Bitbucket, under Webhooks, add one:',
    fields: (facts) => [['Title', 'Slipway'], ['URL', url('bitbucket', facts)], ['Secret', facts.secret], ['Triggers', 'Repository push']],
  },
  'bitbucket-server': {
    where: 'In the repository\'s settings on Bitbucket, under Webhooks, create one:',
    fields: (facts) => [['Name', 'Slipway'], ['URL', url('bitbucket-server', facts)], ['Secret', facts.secret], ['Events', 'Repository: Push']],
  },
  gitea: {
    where: 'In the repository\'s settings, under Webhooks, add one of the kind Gitea or Forgejo:',
    fields: (facts) => [['Target URL', url('gitea', facts)], ['HTTP method', 'POST'], ['Content type', 'application/json'], ['Secret', facts.secret], ['Trigger on', 'Push events']],
  },
  'azure-devops': {
    where: 'In the project\'s settings on Azure DevOps, under Service hooks, create a subscription of the kind Web Hooks:',
    fields: (facts) => [['Trigger', 'Code pushed, of this repository'], ['URL', url('azure-devops', facts)], ['Basic auth username', 'slipway'], ['Basic auth password', facts.secret], ['Resource details', 'All']],
  },
} as const satisfies Record<GitHost, Steps>;

/** Lines for a person. `host` is null where the address does not say which kind it is. */
export function webhookSteps(host: GitHost | null, repository: string, facts: WebhookFacts): string[] {
  if (host === null) {
    return repository.startsWith('/')
      ? [`If it is a bare repository on this machine, have its hook written: slipway service add ${repository} --hook`]
      : [`Its address does not say which git host it is on. Say it for the steps to set up its webhook: slipway service add ${repository} --host KIND`, `  KIND is one of ${GIT_HOSTS.map((known) => `${known} (${GIT_HOST_NAMES[known]})`).join(', ')}`];
  }
  const { where, fields } = STEPS[host];
  const rows = fields(facts);
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return [where, ...rows.map(([name, value]) => `  ${name.padEnd(width)}${value}`)];
}

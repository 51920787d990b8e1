/** GitLab: commit statuses, environments and deployments. https://docs.gitlab.com/api/commits/#set-commit-pipeline-status, https://docs.gitlab.com/api/deployments/ */
import * as z from 'zod';
import { PIPELINE_FILE, RUN_BY } from '../../contracts/git-hosts/gitlab.ts';
import type { DeploymentState, HostDeployment, StatusState } from '../../domain/host-facts.ts';
import type { GitHostApi } from '../../ports/git-hosts.ts';
import { idIn, pathOf } from './repository-path.ts';
import type { Rest, RestAnswer } from './rest.ts';
import { InvalidInput } from '../../domain/errors.ts';

const STATES = { pending: 'running', success: 'success', failure: 'failed', stopped: 'canceled' } as const satisfies Record<StatusState, string>;
const DEPLOYMENT_STATES = { in_progress: 'running', success: 'success', failure: 'failed', inactive: null } as const satisfies Record<DeploymentState, string | null>;
const Found = z.array(z.object({ id: z.number(), sha: z.string(), status: z.string() }));

/** https://docs.gitlab.com/api/pipelines/#list-project-pipelines */
const Pipelines = z.array(z.object({ id: z.int().min(0), sha: z.string(), ref: z.string(), source: z.string(), status: z.string() }));

export const createGitlab = (rest: Rest, host: string): GitHostApi => ({
  async status({ repository, commit, state, context, description, url }) {
    const answer = await rest.call('POST', `${projectOf(repository)}/statuses/${commit}`, { state: STATES[state], name: context, description, ...(url === null ? {} : { target_url: url }) }, [400]);
    unchanged(answer, host);
  },
  comment: null,
  async runs({ repository, branch, commit }) {
    const { body } = await rest.call('GET', `${projectOf(repository)}/pipelines?${new URLSearchParams({ sha: commit, ref: branch, status: 'success', per_page: '100' }).toString()}`);
    return Pipelines.parse(body).filter(({ sha, ref, source, status }) => sha === commit && ref === branch && status === 'success' && RUN_BY.includes(source)).map(({ id, status }) => ({ run: { file: PIPELINE_FILE, number: id, conclusion: status }, by: null }));
  },
  async deployment(deployment, known) {
    const of = projectOf(deployment.repository);
    const status = DEPLOYMENT_STATES[deployment.state];
    // GitLab ends an older deployment itself when a newer one succeeds.
    if (status === null) return known ?? '';
    if (deployment.environmentUrl !== null) await rest.call('POST', `${of}/environments`, { name: deployment.environment, external_url: deployment.environmentUrl }, [400, 409]);
    const id = known ?? (await find(rest, of, deployment));
    if (id !== null) {
      unchanged(await rest.call('PUT', `${of}/deployments/${id}`, { status }, [400]), host);
      return id;
    }
    const { body } = await rest.call('POST', `${of}/deployments`, { environment: deployment.environment, sha: deployment.commit, ref: deployment.branch ?? deployment.commit, tag: false, status });
    return idIn(body, host);
  },
});

const projectOf = (repository: string): string => `/projects/${encodeURIComponent(pathOf(repository))}`;

/** One of the same commit that has not ended: what a crash left. */
async function find(rest: Rest, of: string, { environment, commit }: HostDeployment): Promise<string | null> {
  const { body } = await rest.call('GET', `${of}/deployments?${new URLSearchParams({ environment, order_by: 'id', sort: 'desc', per_page: '20' }).toString()}`);
  const found = Found.parse(body).find(({ sha, status }) => sha === commit && (status === 'running' || status === 'created'));
  return found === undefined ? null : String(found.id);
}

/** The same state once more is refused with 400, in these words; it is what was wanted. @throws InvalidInput for any other refusal */
function unchanged({ status, body }: RestAnswer, host: string): void {
  if (status !== 400) return;
  const said = JSON.stringify((body as { message?: unknown } | null)?.message ?? '');
  if (!/cannot transition|already has the same status|same status/i.test(said)) throw new InvalidInput(`${host} refused it with status 400: ${said.slice(0, 200)}`, { host, status });
}

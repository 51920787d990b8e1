/** GitLab, as far as it is told: commit statuses, environments, deployments. A state that is said twice is refused, as GitLab does. */
import { startStandIn, type StandIn } from './stand-in.ts';

export interface GitlabStandIn extends StandIn {
  readonly statuses: Map<string, Record<string, unknown>>;
  readonly deployments: (Record<string, unknown> & { readonly id: number; status: string })[];
  readonly environments: Map<string, string>;
  readonly pipelines: { readonly id: number; readonly sha: string; readonly ref: string; readonly source: string; readonly status: string }[];
}

const STATES = ['pending', 'running', 'success', 'failed', 'canceled'];

export async function startGitlab(): Promise<GitlabStandIn> {
  const statuses: GitlabStandIn['statuses'] = new Map();
  const deployments: GitlabStandIn['deployments'] = [];
  const environments: GitlabStandIn['environments'] = new Map();
  const pipelines: GitlabStandIn['pipelines'] = [];
  const standIn = await startStandIn([
    ['POST', /^\/api\/v4\/projects\/([^/]+)\/statuses\/([0-9a-f]{40})$/, ({ body, authorization }, [project, commit = '']) => {
      if (authorization !== 'Bearer gitlab-token') return { status: 401, body: { message: '401 Unauthorized' } };
      if (project !== 'acme/group/shop') return { status: 404, body: { message: '404 Project Not Found' } };
      const key = `${commit} ${String(body['name'])}`;
      if (!STATES.includes(String(body['state']))) return { status: 400, body: { message: 'state does not have a valid value' } };
      if (statuses.get(key)?.['state'] === body['state']) return { status: 400, body: { message: `Cannot transition status via :run from :${String(body['state'])} (Reason(s): Status cannot transition via "run")` } };
      statuses.set(key, body);
      return { status: 201, body: { id: 1 } };
    }],
    ['POST', /^\/api\/v4\/projects\/([^/]+)\/environments$/, ({ body }) => {
      const name = String(body['name']);
      if (environments.has(name)) return { status: 400, body: { message: { name: ['has already been taken'] } } };
      environments.set(name, String(body['external_url']));
      return { status: 201, body: { id: environments.size } };
    }],
    ['GET', /^\/api\/v4\/projects\/([^/]+)\/pipelines$/, ({ query }) => ({ status: 200, body: pipelines.filter(({ sha, ref, status }) => sha === query.get('sha') && ref === query.get('ref') && status === query.get('status')) })],
    ['GET', /^\/api\/v4\/projects\/([^/]+)\/deployments$/, ({ query }) => ({ status: 200, body: deployments.filter((one) => one['environment'] === query.get('environment')).toReversed() })],
    ['POST', /^\/api\/v4\/projects\/([^/]+)\/deployments$/, ({ body }) => {
      deployments.push({ ...body, id: deployments.length + 1, status: String(body['status']) });
      return { status: 201, body: { id: deployments.length } };
    }],
    ['PUT', /^\/api\/v4\/projects\/([^/]+)\/deployments\/(\d+)$/, ({ body }, [, id]) => {
      const deployment = deployments.find((one) => String(one.id) === id);
      if (deployment === undefined) return { status: 404, body: { message: '404 Not found' } };
      if (deployment.status === body['status']) return { status: 400, body: { message: `Cannot transition status via :run from :${deployment.status}` } };
      deployment.status = String(body['status']);
      return { status: 200, body: deployment };
    }],
  ]);
  return Object.assign(standIn, { statuses, deployments, environments, pipelines });
}

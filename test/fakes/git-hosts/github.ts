/** GitHub, as far as it is told: commit statuses, deployments, comments, apps. */
import { createPublicKey, verify } from 'node:crypto';
import { startStandIn, type Route, type StandIn } from './stand-in.ts';

export interface GithubStandIn extends StandIn {
  /** By commit and context, as people see them. */
  readonly statuses: Map<string, Record<string, unknown>>;
  readonly deployments: (Record<string, unknown> & { readonly id: number; readonly statuses: Record<string, unknown>[] })[];
  /** Of pull requests, as people see them: also those of others. */
  readonly comments: Comment[];
  /** Of GitHub Actions, as its API lists them. */
  readonly runs: Record<string, unknown>[];
  /** Tokens of installations that were given out. */
  readonly tokens: string[];
}

export interface Comment { readonly id: number; readonly number: number; body: string; readonly user: { readonly id: number }; readonly performed_via_github_app: { readonly id: number; readonly client_id: string } | null }
const TOKEN_OWNER = 41;

const STATES = ['error', 'failure', 'pending', 'success'];
const DEPLOYMENT_STATES = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'];
const invalid = (message: string) => ({ status: 422, body: { message: `Validation Failed: ${message}` } });

/** @param app the app's id and its public key, in PEM; absent: a token `github-token` is taken */
export async function startGithub(app?: { readonly id: string; readonly publicKey: string; readonly now: () => number }): Promise<GithubStandIn> {
  const statuses: GithubStandIn['statuses'] = new Map();
  const deployments: GithubStandIn['deployments'] = [];
  const tokens: string[] = [];
  const comments: Comment[] = [];
  const runs: GithubStandIn['runs'] = [];
  const routes: Route[] = [
    ['GET', /^\/user$/, () => (app === undefined ? { status: 200, body: { id: TOKEN_OWNER, login: 'slipway-bot' } } : { status: 403, body: { message: 'Resource not accessible by integration' } })],
    ['GET', /^\/repos\/acme\/shop\/issues\/(\d+)\/comments$/, ({ query }, [number]) => {
      const [size, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)];
      return { status: 200, body: comments.filter((one) => String(one.number) === number).slice((page - 1) * size, page * size) };
    }],
    ['POST', /^\/repos\/acme\/shop\/issues\/(\d+)\/comments$/, ({ body }, [number]) => {
      if (String(body['body']).length > 65_536) return invalid('body is too long');
      comments.push({ id: 5000 + comments.length, number: Number(number), body: String(body['body']), user: { id: app === undefined ? TOKEN_OWNER : 42 }, performed_via_github_app: app === undefined ? null : { id: 9, client_id: app.id } });
      return { status: 201, body: { id: 4999 + comments.length } };
    }],
    ['PATCH', /^\/repos\/acme\/shop\/issues\/comments\/(\d+)$/, ({ body }, [id]) => {
      const comment = comments.find((one) => String(one.id) === id);
      if (comment === undefined) return { status: 404, body: { message: 'Not Found' } };
      comment.body = String(body['body']);
      return { status: 200, body: { id: comment.id } };
    }],
    ['GET', /^\/repos\/acme\/shop\/actions\/runs$/, ({ query }) => {
      const workflow_runs = runs.filter((one) => one['head_sha'] === query.get('head_sha') && one['head_branch'] === query.get('branch') && one['conclusion'] === query.get('status'));
      return { status: 200, body: { total_count: workflow_runs.length, workflow_runs: workflow_runs.slice(0, Number(query.get('per_page') ?? 30)) } };
    }],
    ['GET', /^\/repos\/acme\/shop\/installation$/, () => ({ status: 200, body: { id: 77 } })],
    ['POST', /^\/app\/installations\/77\/access_tokens$/, () => {
      tokens.push(`ghs_${tokens.length + 1}`);
      return { status: 201, body: { token: tokens.at(-1), expires_at: new Date((app?.now() ?? 0) + 3_600_000).toISOString() } };
    }],
    ['POST', /^\/repos\/acme\/shop\/statuses\/([0-9a-f]{40})$/, ({ body }, [commit = '']) => {
      if (!STATES.includes(String(body['state'])) || JSON.stringify(body['description'] ?? '').length > 142) return invalid('state or description');
      statuses.set(`${commit} ${String(body['context'])}`, body);
      return { status: 201, body: { id: statuses.size } };
    }],
    ['GET', /^\/repos\/acme\/shop\/deployments$/, ({ query }) => ({ status: 200, body: deployments.filter((one) => one['ref'] === query.get('sha') && one['environment'] === query.get('environment') && one['task'] === query.get('task')) })],
    ['POST', /^\/repos\/acme\/shop\/deployments$/, ({ body }) => {
      if (body['auto_merge'] !== false || !Array.isArray(body['required_contexts'])) return { status: 409, body: { message: 'Conflict: Commit status checks failed' } };
      deployments.push({ ...body, id: 1000 + deployments.length, statuses: [] });
      return { status: 201, body: { id: 999 + deployments.length } };
    }],
    ['POST', /^\/repos\/acme\/shop\/deployments\/(\d+)\/statuses$/, ({ body }, [id]) => {
      const deployment = deployments.find((one) => String(one.id) === id);
      if (deployment === undefined) return { status: 404, body: { message: 'Not Found' } };
      if (!DEPLOYMENT_STATES.includes(String(body['state']))) return invalid('state');
      deployment.statuses.push(body);
      return { status: 201, body: { id: 1 } };
    }],
  ];
  const standIn = await startStandIn(routes.map(([method, path, answer]) => [method, path, (asked, parts) => {
    const token = asked.authorization?.replace(/^Bearer /, '') ?? '';
    const isForApp = /^\/app\/|\/installation$/.test(asked.path);
    if (app === undefined ? token !== 'github-token' : isForApp ? !isSigned(token, app) : !tokens.includes(token)) return { status: 401, body: { message: 'Bad credentials' } };
    return asked.headers['x-github-api-version'] === '2022-11-28' && asked.headers['user-agent'] !== undefined ? answer(asked, parts) : { status: 400, body: { message: 'Bad request' } };
  }]));
  return Object.assign(standIn, { statuses, deployments, comments, runs, tokens });
}

/** RS256, of this app, not expired, and for ten minutes at most. */
function isSigned(token: string, { id, publicKey, now }: { readonly id: string; readonly publicKey: string; readonly now: () => number }): boolean {
  const [head = '', claims = '', signature = ''] = token.split('.');
  if (!verify('sha256', Buffer.from(`${head}.${claims}`), createPublicKey(publicKey), Buffer.from(signature, 'base64url'))) return false;
  const { iss, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss: string; iat: number; exp: number };
  return iss === id && iat <= now() / 1000 && exp > now() / 1000 && exp - iat <= 600;
}

/** The hosts that are told of statuses only, each under the paths and words of its own documentation. */
import { startStandIn, type Answer, type Asked, type StandIn } from './stand-in.ts';

const COMMIT = '[0-9a-f]{40}';
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

interface Other {
  readonly path: RegExp;
  readonly authorization: string;
  /** What is wrong with a status; empty for one that is taken. */
  readonly fault: (asked: Asked) => string;
  readonly status: number;
}

const oneOf = (value: unknown, states: readonly string[]): string => (states.includes(String(value)) ? '' : `state ${String(value)}`);
const address = (value: unknown): string => (/^https?:\/\//.test(String(value)) ? '' : 'url is required');

export const OTHERS = {
  gitea: { path: new RegExp(`^/api/v1/repos/acme/shop/statuses/${COMMIT}$`), authorization: 'token secret-token', status: 201, fault: ({ body }) => oneOf(body['state'], ['pending', 'success', 'error', 'failure', 'warning']) },
  bitbucket: {
    path: new RegExp(`^/repositories/acme/shop/commit/${COMMIT}/statuses/build$`), authorization: 'Bearer secret-token', status: 201,
    fault: ({ body }) => oneOf(body['state'], ['INPROGRESS', 'SUCCESSFUL', 'FAILED', 'STOPPED']) || address(body['url']) || (String(body['key']).length > 40 ? 'key' : ''),
  },
  'bitbucket-server': {
    path: new RegExp(`^/rest/api/latest/projects/ACME/repos/shop/commits/${COMMIT}/builds$`), authorization: 'Bearer secret-token', status: 204,
    fault: ({ body }) => oneOf(body['state'], ['INPROGRESS', 'SUCCESSFUL', 'FAILED', 'CANCELLED', 'UNKNOWN']) || address(body['url']) || (body['key'] === undefined ? 'key' : ''),
  },
  'azure-devops': {
    path: new RegExp(`^/acme/project/_apis/git/repositories/shop/commits/${COMMIT}/statuses$`), authorization: basic(':secret-token'), status: 201,
    fault: ({ body, query }) => (query.get('api-version') === '7.1' ? '' : 'api-version') || oneOf(body['state'], ['notSet', 'pending', 'succeeded', 'failed', 'error', 'notApplicable']) || ((body['context'] as { name?: string } | undefined)?.name === undefined ? 'context' : ''),
  },
} as const satisfies Record<string, Other>;

export const startOther = (kind: keyof typeof OTHERS): Promise<StandIn> => {
  const { path, authorization, status, fault }: Other = OTHERS[kind];
  return startStandIn([['POST', path, (asked): Answer => {
    if (asked.authorization !== authorization) return { status: 401, body: { message: 'unauthorized' } };
    const wrong = fault(asked);
    return wrong === '' ? { status, ...(status === 204 ? {} : { body: { id: 1 } }) } : { status: 400, body: { message: wrong } };
  }]]);
};

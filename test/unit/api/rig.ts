/** The API over a real store, with tokens that are names. */
import { BINDINGS, apiApp } from '../../../src/api/app.ts';
import { artifactBindings } from '../../../src/api/artifacts.ts';
import { logInBindings } from '../../../src/api/log-in.ts';
import { slackConnectBindings } from '../../../src/api/slack-connect.ts';
import { OPERATIONS } from '../../../src/contracts/api/index.ts';
import { Environments } from '../../../src/domain/environment.ts';
import { Manifest } from '../../../src/domain/manifest.ts';
import type { Identity } from '../../../src/domain/ids.ts';
import type { Ports } from '../../../src/ports/index.ts';
import { startPipeline } from '../../../src/app/start-pipeline.ts';
import { desire, nothingDesired } from '../../../src/app/state/desire.ts';
import { rig } from '../app/rig.ts';

export interface Said<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export function apiRig() {
  const at = rig();
  const tokens: Identity[] = [];
  const ports = {
    ...at.needs, settings: { queuePollSeconds: 1, settleFirstSeconds: 1, settleLongestSeconds: 1, watchSeconds: 1, repairLeaseSeconds: 60, publicUrl: null },
    targets: { observe: async () => [], describe: async () => ({ verb: 'describe', kind: 'process', weights: true, zones: true, scaleToZero: true, limits: {} }), names: () => ['process'] },
    recorders: { begin: async (_service: string, _environment: string, rule: unknown) => ({ rule, begunAt: 0, endsAt: 1, taken: 0, leftOut: 0, kept: 0 }), progress: async () => null },
    recordingFiles: { save: async (text: string) => ({ digest: `sha256:${'f'.repeat(64)}`, bytes: text.length }), read: async () => '' },
    artifacts: { has: async () => true }, instanceLogs: { tail: async () => ({ output: [] }) }, metrics: { read: async () => ({ epoch: 'a', at: 1, revisions: {} }) },
    identities: { byToken: async (token: string) => (token === 'nobody' ? null : token as Identity), add: async (identity: Identity) => { tokens.push(identity); return `slp_${tokens.length}`; }, list: async () => [], revoke: async () => 0 },
    logInProvider: { authorizationEndpoint: async () => 'https://login.example.com/authorize', take: async () => ({ kind: 'refused', why: 'nobody logs in here' }) },
    slackMessages: { connection: async () => ({ kind: 'refused', error: 'not_connected', remedy: 'Give it a token.' }) }, senders: { post: async () => ({ status: 401, text: '', retryAfterSeconds: null }) },
  } as unknown as Ports;
  const app = apiApp(ports, [...BINDINGS, ...artifactBindings, ...logInBindings, ...slackConnectBindings]);
  const ask = async <T = Record<string, unknown>>(method: string, path: string, given: { body?: unknown; as?: string | null; headers?: Record<string, string>; from?: string } = {}): Promise<Said<T>> => {
    const { body, as = 'owner', headers = {}, from = '192.0.2.1' } = given;
    const response = await app.fetch(new Request(`http://api${path}`, {
      method, headers: { ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }), { from });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? undefined : JSON.parse(text)) as T };
  };
  return { ...at, ports, app, ask, tokens };
}

export type ApiRig = ReturnType<typeof apiRig>;

/** Who may what in most tests: two teams, two environments. */
export const ROLES_FILE = Environments.parse({
  environments: [{ name: 'staging', kind: 'staging', wave: 1 }, { name: 'production', kind: 'production', wave: 2 }],
  roles: [
    { role: 'viewer', who: ['vera'] }, { role: 'deployer', who: ['dora'], teams: ['shop'] }, { role: 'deployer', who: ['stan'], environments: ['staging'] },
    { role: 'approver', who: ['anna'], environments: ['production'] }, { role: 'viewer', who: ['pia'], teams: ['pay'] },
  ],
  defaults: { approvers: ['anna'] },
});

/** A service of a team with one pipeline, and what is asked for in both environments. */
export async function withService(at: ApiRig, service: string, team: string): Promise<void> {
  const manifest = Manifest.parse({ service, team, start: ['node', 'server.js'] });
  await startPipeline(at.ports)({
    service: manifest.service, cause: 'deploy', mode: 'normal', manifest, manifestPath: null, repository: null, commit: null, branch: null, version: '1.0.0', author: null, startedBy: 'dora' as Identity,
    digest: `sha256:${'a'.repeat(64)}` as never, release: `${service}@0123456789ab` as never,
  });
  for (const environment of ['staging', 'production'] as never[]) {
    const { writes } = desire(undefined, nothingDesired(manifest.service, environment, 'process', { by: 'request' }), { by: 'dora' as Identity, at: at.clock.now(), reason: 'first', commit: null });
    await at.ports.store.transact(writes);
  }
}

const SESSION = '0123456789abcdef0123456789abcdef';
const NOTICE = '1700000000000-0123456789abcdef';
const QUERIES: Readonly<Record<string, string>> = { compareReleases: '?from=1.0.0&to=2.0.0', removeRepository: '?url=https%3A%2F%2Fexample.com%2Fa%2Fb' };

/** A request for each operation that would be carried out, for a service of this name. */
export function requestsFor(service: string): { id: string; method: string; path: string; action: string; body?: unknown }[] {
  const bodies: Readonly<Record<string, unknown>> = {
    registerRepository: { url: 'https://example.com/a/b' }, registerArtifact: { manifest: `service: ${service}\nteam: shop\nstart: [node, server.js]\n`, digest: `sha256:${'b'.repeat(64)}`, bytes: 1, version: '2.0.0' },
    deploy: { service, version: '2.0.0' }, previewPlan: { service, version: '2.0.0', environment: 'production' }, cancelPipeline: {}, decide: { service, decision: 'approve' }, rollback: {}, promote: {}, pause: {}, resume: {},
    scale: { instances: 1 }, markZone: { zone: 'a', lost: true }, reconcile: {}, addToken: { identity: 'new' }, openSession: {}, makeLogInLink: {}, checkSlack: {}, makeSlackLink: {}, logIn: { with: 'link', link: 'sll_nobody' }, startRecording: {}, stopRecording: {}, importRecording: { file: 'requests.txt', rule: {}, requests: [{ method: 'GET', target: '/' }] }, testNotificationRule: {}, resendNotice: {},
  };
  return OPERATIONS.map(({ id, method, path, action, body }) => ({
    id, method, action, path: path.replace(':service', service).replace(':environment', 'production').replace(':pipeline', `${service}-1`).replace(':identity', 'new').replace(':recording', 'newest').replace(':release', '1.0.0').replace(':team', 'shop').replace(':time', '1700000000000').replace(':machine', 'pipeline').replace(':execution', `${service}-1`).replace(':rule', 'on-call').replace(':session', SESSION).replace(':notice', NOTICE) + (QUERIES[id] ?? ''), ...(body === null ? {} : { body: bodies[id] }),
  }));
}

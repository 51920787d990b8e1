/** What git hosts and registries send to an installation, signed as each of them does. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { GitHost } from '../../../src/domain/git-host.ts';
import { webhookSecretAt } from '../../../src/main/home.ts';
import type { Client } from './client.ts';
import type { Pushed } from './repository.ts';

export interface Told {
  readonly status: number;
  readonly kind: string;
  readonly delivery: string | null;
  readonly reason: string;
}

let deliveries = 0;

async function post(client: Client, host: GitHost, body: string, headers: Record<string, string>): Promise<Told> {
  const response = await fetch(`${client.address}/webhooks/${host}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  return { status: response.status, ...(await response.json() as Omit<Told, 'status'>) };
}

const secretOf = (client: Client, host: GitHost): string => readFileSync(webhookSecretAt(client.home, host), 'utf8').trim();

/** @param id the same again is a redelivery */
export function fromGithub(client: Client, event: string, payload: object, id = `hook-${process.pid}-${(deliveries += 1)}`): Promise<Told> {
  const body = JSON.stringify(payload);
  return post(client, 'github', body, { 'x-github-event': event, 'x-github-delivery': id, 'x-hub-signature-256': `sha256=${createHmac('sha256', secretOf(client, 'github')).update(body).digest('hex')}` });
}

/** @param id the same again is a redelivery */
export const fromGitlab = (client: Client, event: string, payload: object, id = `hook-${process.pid}-${(deliveries += 1)}`): Promise<Told> =>
  post(client, 'gitlab', JSON.stringify(payload), { 'x-gitlab-event': event, 'x-gitlab-token': secretOf(client, 'gitlab'), 'idempotency-key': id });

export const githubPush = (url: string, push: Pushed): object => ({ ...push, repository: { clone_url: url }, pusher: { name: 'ben' } });
export const gitlabPush = (url: string, push: Pushed): object => ({ object_kind: 'push', ...push, user_username: 'ben', project: { git_http_url: url, git_ssh_url: null, web_url: null } });
/** The project's pipeline. */
export const gitlabPipeline = (url: string, push: Pushed, status: string): object => ({
  object_kind: 'pipeline', object_attributes: { id: 31, iid: 3, ref: push.ref.replace('refs/heads/', ''), tag: false, sha: push.after, before_sha: push.before, source: 'push', status },
  user: { username: 'ben' }, project: { git_http_url: url, git_ssh_url: null, web_url: null },
});
/** A run of ci.yml that has ended. */
export const workflowRun = (url: string, push: Pushed, run: { number: number; conclusion: string }): object => ({
  action: 'completed', repository: { id: 1, clone_url: url }, workflow: { path: '.github/workflows/ci.yml' },
  workflow_run: { run_number: run.number, event: 'push', conclusion: run.conclusion, path: '.github/workflows/ci.yml', head_branch: push.ref.replace('refs/heads/', ''), head_sha: push.after, head_repository: { id: 1 }, actor: { login: 'ben' } },
});
/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#registry_package */
export const registryPackage = (image: string, tag: string, digest: string): object => ({
  action: 'published', registry_package: { package_type: 'CONTAINER', package_version: { package_url: `${image}:${tag}`, container_metadata: { tag: { name: tag, digest } } } },
});

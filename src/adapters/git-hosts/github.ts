/** GitHub: commit statuses, deployments, and comments on pull requests. https://docs.github.com/en/rest/commits/statuses, https://docs.github.com/en/rest/deployments */
import * as z from 'zod';
import type { HostDeployment, StatusState } from '../../domain/host-facts.ts';
import type { GitHostApi } from '../../ports/git-hosts.ts';
import { createComments } from './github-comments.ts';
import { idIn, ownerAndName } from './repository-path.ts';
import type { Rest } from './rest.ts';

const STATES = { pending: 'pending', success: 'success', failure: 'failure', stopped: 'error' } as const satisfies Record<StatusState, string>;
const TASK = 'slipway';
/** A payload is given back as it was sent, by older versions as text. */
const Found = z.array(z.object({ id: z.number(), payload: z.unknown() }));

export const githubHeaders = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };

/** @param app the id of the app that speaks; null: whoever the token is of */
export const createGithub = (rest: Rest, host: string, app: string | null): GitHostApi => ({
  comment: createComments(rest, host, app),
  async status({ repository, commit, state, context, description, url }) {
    await rest.call('POST', `/repos/${ownerAndName(repository)}/statuses/${commit}`, { state: STATES[state], context, description, ...(url === null ? {} : { target_url: url }) });
  },
  async deployment(deployment, known) {
    const of = `/repos/${ownerAndName(deployment.repository)}/deployments`;
    const id = known ?? (await find(rest, of, deployment)) ?? (await make(rest, of, deployment, host));
    await rest.call('POST', `${of}/${id}/statuses`, {
      state: deployment.state, description: deployment.description, auto_inactive: false,
      ...(deployment.logUrl === null ? {} : { log_url: deployment.logUrl }), ...(deployment.environmentUrl === null ? {} : { environment_url: deployment.environmentUrl }),
    });
    return id;
  },
});

async function find(rest: Rest, of: string, { commit, environment, deployment }: HostDeployment): Promise<string | null> {
  const { body } = await rest.call('GET', `${of}?${new URLSearchParams({ sha: commit, environment, task: TASK, per_page: '100' }).toString()}`);
  const found = Found.parse(body).find(({ payload }) => payloadOf(payload)?.['deployment'] === deployment);
  return found === undefined ? null : String(found.id);
}

function payloadOf(payload: unknown): Record<string, unknown> | null {
  const given: unknown = typeof payload === 'string' ? safeJson(payload) : payload;
  return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : null;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Merges nothing, and asks for no status of the commit: Slipway decides what is deployed. */
async function make(rest: Rest, of: string, { commit, environment, deployment, isProduction, description }: HostDeployment, host: string): Promise<string> {
  const { body } = await rest.call('POST', of, { ref: commit, task: TASK, auto_merge: false, required_contexts: [], payload: { deployment }, environment, description, transient_environment: false, production_environment: isProduction });
  return idIn(body, host);
}

/** GitHub: commit statuses, deployments, comments on pull requests, and runs of workflows. https://docs.github.com/en/rest/commits/statuses, https://docs.github.com/en/rest/deployments */
import * as z from 'zod';
import { RUN_BY } from '../../contracts/git-hosts/github.ts';
import type { HostDeployment, StatusState } from '../../domain/host-facts.ts';
import type { SucceededRun } from '../../domain/workflow.ts';
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
  async runs({ repository, branch, commit }) {
    const of = `/repos/${ownerAndName(repository)}/actions/runs`;
    const { body } = await rest.call('GET', `${of}?${new URLSearchParams({ head_sha: commit, branch, status: 'success', exclude_pull_requests: 'true', per_page: String(RUNS_MAX) }).toString()}`);
    return Runs.parse(body).workflow_runs.flatMap((run): SucceededRun[] => {
      // As in its webhook: a run of a fork may call its branch `main`, and the file may have a reference to it.
      const isOwn = RUN_BY.includes(run.event) && run.repository.id === run.head_repository?.id && run.head_branch === branch && run.head_sha === commit && run.conclusion === 'success';
      return isOwn ? [{ run: { file: run.path.replace(/@.*$/, ''), number: run.run_number, conclusion: 'success' }, by: run.actor?.login ?? null }] : [];
    });
  },
});

/** One run has up to 20 KB: https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository */
const RUNS_MAX = 50;
const Runs = z.object({ workflow_runs: z.array(z.object({
  run_number: z.int().min(0), event: z.string(), conclusion: z.string().nullish(), path: z.string().min(1).max(500), head_branch: z.string().nullish(), head_sha: z.string(),
  repository: z.object({ id: z.int() }), head_repository: z.object({ id: z.int() }).nullish(), actor: z.object({ login: z.string() }).nullish(),
})) });

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

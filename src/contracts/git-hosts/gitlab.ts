/** GitLab's webhooks. https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events */
import * as z from 'zod';
import { sameSecret, standardWebhookHolds } from '../../domain/signature.ts';
import { Address, BranchName, Commit, PersonName, RefName } from './fields.ts';
import { noCommit, parseBody, present, type Hook, type HookMessage } from './hook.ts';

const Push = z.object({
  ref: RefName, before: Commit, after: Commit, user_username: PersonName,
  project: z.object({ git_http_url: Address, git_ssh_url: Address, web_url: Address }),
});
const addressesOf = ({ git_http_url, git_ssh_url, web_url }: z.infer<typeof Push>['project']): string[] => present(git_http_url, git_ssh_url, web_url);
const DELIVERY_FROM = 'Idempotency-Key, X-Gitlab-Webhook-UUID or X-Gitlab-Event-UUID';

/** https://docs.gitlab.com/user/project/integrations/webhook_events/#pipeline-events */
const PipelineEvent = z.object({
  object_attributes: z.object({ id: z.int().min(0), ref: BranchName, tag: z.boolean(), sha: Commit, source: z.string().max(100), status: z.string().max(100) }),
  user: z.object({ username: PersonName }).nullish(), project: Push.shape.project,
});
/** What stands for the project's pipeline; the event does not say which file it is really written in. */
export const PIPELINE_FILE = '.gitlab-ci.yml';
/** Pipelines of what is on a branch: those of merge requests, and children of others, are not. https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable */
export const RUN_BY = ['push', 'web', 'schedule', 'api', 'trigger'];
const ENDED = ['success', 'failed', 'canceled', 'skipped'];

function pipelineIn(body: Uint8Array, delivery: string | undefined): HookMessage {
  const { object_attributes: run, user, project } = parseBody(PipelineEvent, body, 'GitLab pipeline event');
  if (!ENDED.includes(run.status) || !RUN_BY.includes(run.source) || run.tag) return { kind: 'unused', event: `pipeline (${run.status}, by ${run.source})`, used: `a pipeline of a branch that has ended, by ${RUN_BY.join(', ')},` };
  return {
    kind: 'pushes', delivery, deliveryFrom: DELIVERY_FROM,
    pushes: [{ ref: `refs/heads/${run.ref}`, before: noCommit(run.sha), after: run.sha, addresses: addressesOf(project), pusher: user?.username ?? null, workflow: { file: PIPELINE_FILE, number: run.id, conclusion: run.status } }],
  };
}

/** System hooks send the same under another name of the header. */
const Kind = z.union([z.object({ object_kind: z.string().max(100) }), z.object({ event_name: z.string().max(100) })]);

export const gitlab: Hook = {
  proof: 'X-Gitlab-Token (the secret token), or webhook-signature (the signing token)',
  // Newer versions sign: https://docs.gitlab.com/user/project/integrations/webhooks/#signing-tokens. A signature that does not hold is not made good by the token beside it.
  verified: (secret, { headers, body, nowMs }) => headers['webhook-signature'] === undefined
    ? sameSecret(secret, headers['x-gitlab-token'])
    : standardWebhookHolds(secret, body, { id: headers['webhook-id'], timestamp: headers['webhook-timestamp'], signature: headers['webhook-signature'] }, nowMs),
  read({ headers, body }) {
    const kind = parseBody(Kind, body, 'GitLab event');
    const event = 'object_kind' in kind ? kind.object_kind : kind.event_name;
    // Idempotency-Key stays the same when GitLab tries again; versions before 17.4 have the others.
    const delivery = headers['idempotency-key'] ?? headers['x-gitlab-webhook-uuid'] ?? headers['x-gitlab-event-uuid'];
    if (event === 'pipeline') return pipelineIn(body, delivery);
    if (event !== 'push' && event !== 'tag_push') return { kind: 'unused', event, used: 'Push events and Pipeline events' };
    const { project, user_username, ...moved } = parseBody(Push, body, 'GitLab push event');
    return { kind: 'pushes', delivery, deliveryFrom: DELIVERY_FROM, pushes: [{ ...moved, addresses: addressesOf(project), pusher: user_username ?? null }] };
  },
};

/** What a document says has happened. From the document as it is now, so that however often and late it is looked at, the same comes out. */
import type { Approval } from '../approval.ts';
import type { Deployment } from '../deployment.ts';
import type { EnvironmentName, PipelineId, ServiceName } from '../ids.ts';
import type { Alert } from '../outbox.ts';
import type { Pipeline } from '../pipeline.ts';
import { type Facts, NO_FACTS, type Notification, type Notified, type Severity } from './notification.ts';

export interface About {
  readonly team: string | null;
  /** Where people reach the console, without a slash at its end; null where nobody said. */
  readonly publicUrl: string | null;
}

interface Happening {
  readonly kind: Notified;
  readonly severity: Severity;
  readonly at: number;
  readonly title: string;
  readonly text: string;
  readonly facts?: Partial<Facts>;
}

interface Subject {
  readonly id: string;
  readonly service: ServiceName | null;
  readonly environment: EnvironmentName | null;
  readonly pipeline: PipelineId | null;
  readonly facts: Partial<Facts>;
}

const notificationOf = (subject: Subject, about: About, { kind, severity, at, title, text, facts = {} }: Happening): Notification => ({
  id: `${kind}:${subject.id}`, kind, severity, at, service: subject.service, team: about.team, environment: subject.environment, pipeline: subject.pipeline,
  title: title.slice(0, 200), text: text.slice(0, 4000), url: about.publicUrl === null || subject.pipeline === null ? null : `${about.publicUrl}/pipelines/${subject.pipeline}`,
  facts: { ...NO_FACTS, ...subject.facts, ...facts },
});

/** Its beginning, and its end once it is there. */
export function ofPipeline(pipeline: Pipeline, about: About): Notification[] {
  const { id, service, version, author, startedBy } = pipeline;
  const subject: Subject = { id, service, environment: null, pipeline: id, facts: { version, release: pipeline.release, digest: pipeline.digest, commit: pipeline.commit, repository: pipeline.repository, author, startedBy } };
  const whose = author === null || author === startedBy ? `by ${startedBy}` : `by ${startedBy}, written by ${author}`;
  const started: Happening = { kind: 'pipeline-started', severity: 'info', at: pipeline.startedAt, title: `${service} ${version}: started`, text: `${id} takes ${service} ${version} through ${pipeline.waves.flat().join(', ')} (${pipeline.cause}, ${whose}).` };
  return [started, ...endOfPipeline(pipeline)].map((happening) => notificationOf(subject, about, happening));
}

function endOfPipeline({ id, service, version, status }: Pipeline): Happening[] {
  switch (status.kind) {
    case 'running': return [];
    case 'succeeded': return [{ kind: 'pipeline-succeeded', severity: 'info', at: status.at, title: `${service} ${version}: done`, text: `${id} has brought ${service} ${version} everywhere.` }];
    case 'failed': return [{ kind: 'pipeline-failed', severity: 'warning', at: status.at, title: `${service} ${version}: failed (${status.error})`, text: `${id} failed: ${status.reason} See: slipway history ${service}`, facts: { error: status.error, reason: status.reason.slice(0, 4000) } }];
    case 'superseded': return [{ kind: 'pipeline-stopped', severity: 'info', at: status.at, title: `${service} ${version}: superseded`, text: `${status.by} has taken the place of ${id}.`, facts: { reason: `superseded by ${status.by}` } }];
    case 'cancelled': return [{ kind: 'pipeline-stopped', severity: 'info', at: status.at, title: `${service} ${version}: cancelled`, text: `${status.by} cancelled ${id}${status.why === '' ? '.' : `: ${status.why}`}`, facts: { decidedBy: [status.by], reason: status.why } }];
  }
}

export function ofDeployment(deployment: Deployment, pipeline: Pick<Pipeline, 'author' | 'startedBy' | 'commit' | 'repository'>, about: About): Notification[] {
  const { id, service, environment, plan, status } = deployment;
  const subject: Subject = {
    id, service, environment, pipeline: deployment.pipeline,
    facts: { deployment: id, version: plan.version, release: plan.release, digest: plan.digest, commit: pipeline.commit, repository: pipeline.repository, author: pipeline.author, startedBy: pipeline.startedBy, stable: plan.stable },
  };
  const what = `${service} ${plan.version} in ${environment}`;
  const happenings: Happening[] = [{ kind: 'deployment-started', severity: 'info', at: deployment.startedAt, title: `${what}: started`, text: `${id} brings ${what} (${plan.strategy}).` }];
  if (status.kind === 'succeeded') happenings.push({ kind: 'deployment-succeeded', severity: 'info', at: status.at, title: `${what}: serves`, text: `${what} has all traffic now${plan.stable === null ? ', as its first release there.' : `; ${plan.stable} is kept to go back to.`}` });
  if (status.kind === 'rolled-back') {
    happenings.push({ kind: 'deployment-rolled-back', severity: 'warning', at: status.at, title: `${what}: rolled back (${status.error})`, text: `${what} was taken back: ${status.reason}${plan.stable === null ? '' : ` ${plan.stable} serves again.`}`, facts: { error: status.error, reason: status.reason.slice(0, 4000) } });
  }
  return happenings.map((happening) => notificationOf(subject, about, happening));
}

export function ofApproval(approval: Approval, pipeline: PipelineId | null, about: About): Notification[] {
  const { subject: asked, rule, status } = approval;
  const subject: Subject = {
    id: approval.id, service: asked.service, environment: asked.environment, pipeline,
    facts: { deployment: asked.deployment, version: asked.version, digest: asked.digest, author: approval.author, approval: approval.id, approvers: [...rule.approvers], decidedBy: approval.decisions.map(({ by }) => by) },
  };
  const what = `${asked.service} ${asked.version} in ${asked.environment}`;
  const requested: Happening = {
    kind: 'approval-requested', severity: 'info', at: approval.requestedAt, title: `${what}: waits for a decision`,
    text: `${asked.question} ${rule.count === 1 ? 'One' : String(rule.count)} of ${rule.approvers.join(', ')} may decide until ${new Date(approval.expiresAt).toISOString()}. Look at it: slipway status ${asked.service}. Then: slipway approve ${asked.service} --environment ${asked.environment}`,
    facts: { decidedBy: [] },
  };
  const closed = ((): Happening | undefined => {
    switch (status.kind) {
      case 'waiting': return undefined;
      case 'approved': return { kind: 'approval-approved', severity: 'info', at: status.at, title: `${what}: approved`, text: `Approved by ${approval.decisions.map(({ by }) => by).join(', ')}.` };
      case 'rejected': return { kind: 'approval-rejected', severity: 'info', at: status.at, title: `${what}: rejected`, text: `${status.by} rejected it${status.comment === '' ? '.' : `: ${status.comment}`}`, facts: { reason: status.comment } };
      case 'expired': return { kind: 'approval-expired', severity: 'warning', at: status.at, title: `${what}: nobody decided`, text: `Nobody decided in time, so it was ${status.taken === 'approve' ? 'approved' : 'rejected'}, as the rule says.`, facts: { reason: status.taken } };
      case 'voided': return { kind: 'approval-voided', severity: 'warning', at: status.at, title: `${what}: the request is void`, text: `What it showed is no longer so: ${status.reason}`, facts: { reason: status.reason } };
    }
  })();
  return [requested, ...(closed === undefined ? [] : [closed])].map((happening) => notificationOf(subject, about, happening));
}

/** @param id what names it among alerts */
export function ofAlert(alert: Alert & { readonly at: number }, id: string, about: About): Notification[] {
  const where = alert.service === null ? 'Slipway' : `${alert.service}${alert.environment === null ? '' : ` in ${alert.environment}`}`;
  const subject: Subject = { id, service: alert.service as ServiceName | null, environment: alert.environment as EnvironmentName | null, pipeline: null, facts: { alert: alert.kind } };
  return [notificationOf(subject, about, { kind: 'alert', severity: alert.severity, at: alert.at, title: `${where}: ${alert.kind}`, text: alert.text })];
}

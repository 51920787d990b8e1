/** Where each kind of item lives. Items that change often are spread over 16 fixed shards. */
import { createHash } from 'node:crypto';
import { type EventId, timeOf } from '../../domain/change.ts';
import type { ApprovalId, DeliveryId, DeploymentId, Digest, EnvironmentName, PipelineId, ReleaseId, ServiceName } from '../../domain/ids.ts';
import { pipelineParts } from '../../domain/ids.ts';
import type { NoticeId } from '../../domain/notification/notice.ts';
import type { ItemKey } from '../../ports/item-store.ts';

export const SHARDS = 16;
const padded = (number: number): string => String(number).padStart(8, '0');
const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The shard of a name: 00 to 15, the same for ever. */
export const shardOf = (name: string): string => padded(createHash('sha256').update(name).digest().readUInt16BE(0) % SHARDS).slice(-2);
export const shards = (): readonly string[] => Array.from({ length: SHARDS }, (_, index) => padded(index).slice(-2));

export const serviceKey = (name: ServiceName): ItemKey => ({ partition: 'services', sort: name });
export const repositoryKey = (url: string): ItemKey => ({ partition: 'repositories', sort: url });
export const deliveryKey = (id: DeliveryId): ItemKey => ({ partition: `delivery#${id}`, sort: 'delivery' });
export const admissionKey = (at: number, delivery: DeliveryId, service: string): ItemKey => ({ partition: 'admissions', sort: `${padded(Math.floor(at / 1000))}${String(at % 1000).padStart(3, '0')}#${delivery}#${service}` });

/** Stands for each delivery that told of a commit on a branch. */
export const toldPrefix = (commit: string, ref: string): string => `${commit}#${shortHash(ref)}#`;
export const toldKey = (repository: string, commit: string, ref: string, delivery: DeliveryId): ItemKey => ({ partition: `told#${shortHash(repository)}`, sort: `${toldPrefix(commit, ref)}${delivery}` });
/** What the sweep knows of a repository's branches. */
export const sweptKey = (repository: string): ItemKey => ({ partition: `swept#${shortHash(repository)}`, sort: 'branches' });

export const awaitedRunsPartition = (repository: string): string => `awaited-runs#${shortHash(repository)}`;
/** Stands while services of a commit wait for a run of this workflow. */
export const awaitedRunKey = (repository: string, commit: string, branch: string, workflow: string): ItemKey => ({ partition: awaitedRunsPartition(repository), sort: `${commit}#${shortHash(`${branch} ${workflow}`)}` });

/** What the git host of a pipeline's repository was told of it. */
export const toldHostKey = (pipeline: PipelineId): ItemKey => ({ partition: `told-host#${pipeline}`, sort: 'told' });
export const UNTOLD_HOSTS = 'untold-hosts';
export const untoldHostPrefix = (host: string): string => `${host}#`;
/** Stands while a git host could not be told of a pipeline. */
export const untoldHostKey = (host: string, pipeline: PipelineId): ItemKey => ({ partition: UNTOLD_HOSTS, sort: `${untoldHostPrefix(host)}${pipeline}` });
/** Stands while a git host does not take what it is told. */
export const hostTroubleKey = (host: string): ItemKey => ({ partition: 'host-trouble', sort: host });
/** What the host of a repository is to show on a pull request, and shows. */
export const pullRequestKey = (repository: string, number: number): ItemKey => ({ partition: `pull-request#${shortHash(repository)}`, sort: padded(number) });
export const UNSHOWN_PULL_REQUESTS = 'unshown-pull-requests';
/** Stands while a pull request does not show what it should. */
export const unshownPullRequestKey = (repository: string, number: number): ItemKey => ({ partition: UNSHOWN_PULL_REQUESTS, sort: `${shortHash(repository)}#${padded(number)}` });
/** Which deployment a git host shows as the one that serves. */
export const hostPlaceKey = (repository: string, environment: string): ItemKey => ({ partition: `host-place#${shortHash(repository)}`, sort: environment });

/** The services of an image. */
export const imageSourceKey = (image: string, service: ServiceName | ''): ItemKey => ({ partition: `image#${shortHash(image)}`, sort: service });
/** One push of one image releases a service once. */
export const releasedImageKey = (service: ServiceName, digest: Digest): ItemKey => ({ partition: servicePartition(service), sort: `image#${digest}` });

export const servicePartition = (service: ServiceName): string => `service#${service}`;
export const pipelineKey = (id: PipelineId): ItemKey => {
  const { service, number } = pipelineParts(id);
  return { partition: servicePartition(service), sort: `pipeline#${padded(number)}` };
};
/** Stands while a pipeline is unfinished. */
export const runningKey = (id: PipelineId): ItemKey => ({ partition: `running#${shardOf(id)}`, sort: id });
/** What was seen of a running pipeline's progress. */
export const progressKey = (id: PipelineId): ItemKey => ({ partition: `progress#${id}`, sort: 'seen' });
/** Pipelines by the day (counted from the epoch) that they began on, of all services. */
export const pipelineDayPartition = (day: number): string => `pipeline-day#${day}`;
export const pipelineDayKey = (at: number, id: PipelineId): ItemKey => ({ partition: pipelineDayPartition(auditDay(at)), sort: `${String(at).padStart(13, '0')}#${id}` });
export const releaseKey = (service: ServiceName, id: ReleaseId): ItemKey => ({ partition: servicePartition(service), sort: `release#${id}` });
export const artifactKey = (service: ServiceName, version: string): ItemKey => ({ partition: servicePartition(service), sort: `artifact#${version}` });
/** One push of one commit releases a service once. */
export const releasedCommitKey = (service: ServiceName, commit: string): ItemKey => ({ partition: servicePartition(service), sort: `commit#${commit}` });
/** The newest run of a workflow that released a service. */
export const releasedRunKey = (service: ServiceName, workflow: string): ItemKey => ({ partition: servicePartition(service), sort: `workflow#${workflow}` });
export const deploymentKey = (id: DeploymentId): ItemKey => ({ partition: `deployment#${id}`, sort: 'deployment' });
export const testResultKey = (id: DeploymentId, test: string): ItemKey => ({ partition: `deployment#${id}`, sort: `test#${test}` });
/** The command of a gate. */
export const gateRunKey = (id: DeploymentId, gate: string): ItemKey => ({ partition: `deployment#${id}`, sort: `gate#${gate}` });
export const approvalKey = (id: ApprovalId): ItemKey => ({ partition: `approval#${id}`, sort: 'approval' });
/** Stands while a decision is awaited. */
export const pendingApprovalKey = (id: ApprovalId): ItemKey => ({ partition: 'approvals', sort: id });

export const recordingPartition = (service: ServiceName): string => `recordings#${service}`;
export const recordingPrefix = (environment: EnvironmentName): string => `${environment}#`;
export const recordingKey = ({ service, environment, endedAt, id }: { service: ServiceName; environment: EnvironmentName; endedAt: number; id: string }): ItemKey => ({ partition: recordingPartition(service), sort: `${recordingPrefix(environment)}${String(endedAt).padStart(15, '0')}#${id}` });

export const placeName = (service: ServiceName, environment: EnvironmentName): string => `${service}#${environment}`;
export const desiredKey = (service: ServiceName, environment: EnvironmentName): ItemKey => ({ partition: `desired#${shardOf(placeName(service, environment))}`, sort: placeName(service, environment) });
export const observedKey = (service: ServiceName, environment: EnvironmentName): ItemKey => ({ partition: `observed#${shardOf(placeName(service, environment))}`, sort: placeName(service, environment) });
/** Stands while something happened there that nobody has looked at. */
export const dirtyKey = (service: ServiceName, environment: EnvironmentName): ItemKey => ({ partition: `dirty#${shardOf(placeName(service, environment))}`, sort: placeName(service, environment) });
export const repairLeaseKey = (service: ServiceName, environment: EnvironmentName): ItemKey => ({ partition: `repair#${placeName(service, environment)}`, sort: 'lease' });
/** The n-th write of a place's desired state. */
export const auditKey = (service: ServiceName, environment: EnvironmentName, write: number): ItemKey => ({ partition: `audit#${placeName(service, environment)}`, sort: padded(write) });
export const outboxKey = (id: string): ItemKey => ({ partition: `outbox#${shardOf(id)}`, sort: id });
/** One request of Slack; it stands for as long as the same could come again. */
export const slackRequestKey = (id: string): ItemKey => ({ partition: `slack-request#${id}`, sort: 'request' });
export const SLACK_REQUESTS = 'slack-requests';
/** Stands while a request of Slack is unanswered. */
export const pendingSlackRequestKey = (id: string): ItemKey => ({ partition: SLACK_REQUESTS, sort: id });
/** When Slack was last heard. */
export const slackHeardKey = (): ItemKey => ({ partition: 'slack-heard', sort: 'last' });
export const SLACK_MEMBERS = 'slack-members';
/** Who a member of Slack has shown to be here. */
export const slackMemberKey = (member: string): ItemKey => ({ partition: SLACK_MEMBERS, sort: member });
/** What whoever types it in Slack is linked by, by its hash. */
export const slackLinkKey = (hash: string): ItemKey => ({ partition: `slack-link#${hash}`, sort: 'link' });
/** The message that shows a pipeline in Slack. */
export const slackMessageKey = (id: PipelineId): ItemKey => ({ partition: `slack-message#${id}`, sort: 'message' });
export const buildKey = (pipeline: PipelineId): ItemKey => ({ partition: `build#${pipeline}`, sort: 'build' });
export const alertKey = (at: number, id: string): ItemKey => ({ partition: 'alerts', sort: `${at}#${id}` });
export const digestKey = (digest: Digest): ItemKey => ({ partition: `digest#${digest}`, sort: 'artifact' });
export { shortHash };
/** Stands when people were told of something once. */
export const alertedKey = (what: string): ItemKey => ({ partition: `alerted#${shortHash(what)}`, sort: 'alerted' });
/** Stands while a target does not answer for one place, or (null) at all. */
export const outageKey = (target: string, place: { readonly service: ServiceName; readonly environment: EnvironmentName } | null): ItemKey => ({ partition: `outage#${target}`, sort: place === null ? 'target' : `place#${placeName(place.service, place.environment)}` });
/** A session, by its id; its token is nowhere. */
export const sessionKey = (id: string): ItemKey => ({ partition: `session#${id}`, sort: 'session' });
export const SESSIONS = 'sessions';
export const sessionsPrefix = (identity: string): string => `${shortHash(identity)}#`;
/** Stands while there is a session: of one person the oldest first. */
export const openSessionKey = ({ identity, openedAt, id }: { identity: string; openedAt: number; id: string }): ItemKey => ({ partition: SESSIONS, sort: `${sessionsPrefix(identity)}${String(openedAt).padStart(13, '0')}#${id}` });
/** An address that logs in once, by the hash of what is in it. */
export const logInLinkKey = (hash: string): ItemKey => ({ partition: `log-in-link#${hash}`, sort: 'link' });
/** Stands when a code of an identity provider was used. */
export const usedCodeKey = (hash: string): ItemKey => ({ partition: `used-code#${hash}`, sort: 'code' });
/** How many log-ins failed, or are at work, in a minute: from one address, or (empty) altogether. */
export const logInAttemptsKey = (minute: number, from: string): ItemKey => ({ partition: `log-in-attempts#${minute}`, sort: from === '' ? 'all' : `from#${shortHash(from)}` });
export const LOG_INS = 'log-ins';
export const logInKey = (at: number, id: string): ItemKey => ({ partition: LOG_INS, sort: `${String(at).padStart(13, '0')}#${id}` });
/** What a caller's request with a key of theirs was answered. */
export const idempotencyKey = (by: string, key: string): ItemKey => {
  const name = createHash('sha256').update(`${by}\n${key}`).digest('hex');
  return { partition: `idempotency#${name}`, sort: 'request' };
};
/** Events by the hour, so that no partition grows or is written for ever. */
export const eventsPartition = (hour: number): string => `events#${hour}`;
export const eventKey = (id: EventId): ItemKey => ({ partition: eventsPartition(Math.floor(timeOf(id) / 3_600_000)), sort: id });
/** By the time of what happened. */
export const noticeKey = (id: NoticeId): ItemKey => ({ partition: 'notices', sort: id });
/** Stands while a notice is to be sent. */
export const dueNoticeKey = (id: NoticeId): ItemKey => ({ partition: 'notices-due', sort: id });
export const recipientKey = (recipient: string): ItemKey => ({ partition: 'recipients', sort: recipient });
/** How far a subscriber was told. */
export const relayKey = (subscriber: string): ItemKey => ({ partition: 'relay', sort: subscriber });
/** The changes of a day (counted from the epoch), wherever they were made. */
export const auditDay = (at: number): number => Math.floor(at / 86_400_000);
export const auditDayPartition = (day: number): string => `audit-day#${day}`;
export const auditDayKey = (at: number, service: ServiceName, environment: EnvironmentName, write: number): ItemKey => ({ partition: auditDayPartition(auditDay(at)), sort: `${String(at).padStart(13, '0')}#${placeName(service, environment)}#${padded(write)}` });

/** What people, git hosts and Slack say to an installation, over real HTTP. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import type { services, deliveries, PipelineDetail, ServiceStatus } from '../../../src/app/look.ts';
import type { ExecutionView } from '../../../src/app/execution-history.ts';
import type { Approval } from '../../../src/domain/approval.ts';
import type { Pipeline } from '../../../src/domain/pipeline.ts';
import type { Desired, Observed } from '../../../src/domain/state.ts';
import type { Home } from '../../../src/main/home.ts';
import { SlackMember, type SendOptions, type Sent } from '../../slack/member.ts';
import type { SlackStandIn } from '../../slack/stand-in.ts';
import { eventually } from './patience.ts';
import type { Pushed, Repository } from './repository.ts';

type Deliveries = Awaited<ReturnType<ReturnType<typeof deliveries>>>;
export type Services = Awaited<ReturnType<ReturnType<typeof services>>>;
type Waiting = Omit<Approval, 'token'>;

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
}

export interface Place {
  readonly desired: Desired;
  readonly observed: Observed;
}

/** Who an installation is to its users. The address may change when the control plane does, so it is read each time. */
export class Client {
  readonly home: Home;
  /** The workspace that it is connected to. */
  slackStandIn: SlackStandIn | undefined;
  readonly #tokens: Record<string, string> = {};
  #deliveries = 0;

  constructor(home: Home) {
    this.home = home;
  }

  get address(): string {
    return readFileSync(this.home.address, 'utf8').trim();
  }

  /** With the owner's token, or another one, or none. */
  async ask<T = unknown>(method: string, path: string, body?: unknown, token: string | null = readFileSync(this.home.token, 'utf8').trim()): Promise<Answer<T>> {
    const response = await fetch(this.address + path, { method, headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, text, body: (response.headers.get('content-type') ?? '').includes('json') ? (JSON.parse(text) as T) : (undefined as T) };
  }

  /** @throws with the answer's text when it is none of success */
  async get<T>(path: string): Promise<T> {
    return this.#well(await this.ask<T>('GET', path), path);
  }

  async post<T>(path: string, body: unknown, token?: string): Promise<T> {
    return this.#well(await this.ask<T>('POST', path, body, token), path);
  }

  #well<T>(answer: Answer<T>, path: string): T {
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  pipeline(id: string): Promise<PipelineDetail> {
    return this.get(`/v1/pipelines/${id}`);
  }

  history(id: string): Promise<ExecutionView[]> {
    return this.get(`/v1/pipelines/${id}/history`);
  }

  deliveries(): Promise<Deliveries> {
    return this.get('/v1/deliveries?limit=1000');
  }

  approvals(): Promise<Waiting[]> {
    return this.get('/v1/approvals');
  }

  service(name: string): Promise<ServiceStatus> {
    return this.get(`/v1/services/${name}`);
  }

  async place(service: string, environment: string): Promise<Place> {
    const place = (await this.service(service)).places.find((found) => found.environment === environment);
    if (place?.desired == null || place.observed == null) throw new Error(`${service} was not deployed in ${environment}`);
    return { desired: place.desired, observed: place.observed };
  }

  /** Where users reach it, once that was observed. */
  endpoint(service: string, environment = 'production'): Promise<string> {
    return eventually(`an address of ${service} in ${environment}`, async () => (await this.place(service, environment)).observed.endpoint ?? undefined);
  }

  /** A GitHub push webhook, signed. */
  async webhook(repository: Repository, push: Pushed, options: { delivery?: string; deleted?: boolean; secret?: string; event?: string; headers?: Readonly<Record<string, string>> } = {}): Promise<Answer<{ delivery?: string; reason?: string }> & { delivery: string }> {
    const delivery = options.delivery ?? `delivery-${process.pid}-${++this.#deliveries}`;
    const body = JSON.stringify({ ref: push.ref, before: push.before, after: push.after, deleted: options.deleted ?? false, repository: { clone_url: repository.url }, pusher: { name: 'ben' } });
    const secret = options.secret ?? readFileSync(this.home.webhookSecret, 'utf8').trim();
    const response = await fetch(`${this.address}/webhooks/github`, { method: 'POST', body, headers: {
      'content-type': 'application/json', 'x-github-event': options.event ?? 'push', 'x-github-delivery': delivery, 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`, ...options.headers,
    } });
    const text = await response.text();
    return { status: response.status, text, body: JSON.parse(text) as { reason?: string }, delivery };
  }

  /** What the push of a delivery became, once it is decided. */
  async decided(delivery: string): Promise<{ admitted: string[]; refused: string[] }> {
    return eventually(`delivery ${delivery} is decided`, async () => {
      const outcome = (await this.deliveries()).find((known) => known.id === delivery)?.outcome;
      if (outcome?.kind !== 'decided') return undefined;
      return { admitted: outcome.admissions.flatMap((one) => (one.kind === 'admitted' ? [one.pipeline] : [])), refused: outcome.admissions.flatMap((one) => (one.kind === 'refused' ? [one.reason] : [])) };
    });
  }

  /** Somebody in the workspace. */
  member(user: string): SlackMember {
    if (this.slackStandIn === undefined) throw new Error('this installation was started without a workspace of Slack');
    return new SlackMember(this.slackStandIn, { url: () => `${this.address}/slack`, secret: () => readFileSync(this.home.slackSecret, 'utf8').trim() }, user);
  }

  /** A slash command of `user`, and what came back: at once when it was refused, else where Slack takes answers. */
  async slack(text: string, user: string, options: SendOptions = {}): Promise<Answer<{ text: string }>> {
    return this.#answered(user, (member) => member.type(text, options));
  }

  async slackButton(verb: 'approve' | 'reject', approval: Waiting, user: string): Promise<Answer<{ text: string }>> {
    const value = JSON.stringify({ service: approval.subject.service, environment: approval.subject.environment, binding: approval.binding });
    return this.#answered(user, (member) => member.pressValue(verb, value));
  }

  async #answered(user: string, send: (member: SlackMember) => Promise<Sent>): Promise<Answer<{ text: string }>> {
    const member = this.member(user);
    const sent = await send(member);
    const text = sent.text === '' ? JSON.stringify((await member.answer(sent)).body) : sent.text;
    return { status: sent.status, text, body: JSON.parse(text) as { text: string } };
  }

  /** A decision by the API, as somebody. */
  async decide(approval: Waiting, as: string): Promise<void> {
    this.#tokens[as] ??= (await this.post<{ token: string }>('/v1/tokens', { identity: as })).token;
    await this.ask('POST', '/v1/decisions', { service: approval.subject.service, environment: approval.subject.environment, decision: 'approve', binding: approval.binding }, this.#tokens[as]);
  }

  /** The request that waits of a service. */
  waiting(service: string): Promise<Waiting> {
    return eventually(`an approval of ${service} waits`, async () => (await this.approvals()).find((approval) => approval.subject.service === service));
  }

  /** Answers once the pipeline is over. */
  over(id: string, patienceMs?: number): Promise<Pipeline> {
    return eventually(`${id} is over`, async () => {
      const { pipeline } = await this.pipeline(id);
      return pipeline.status.kind !== 'running' && pipeline;
    }, patienceMs);
  }

  /** The same, saying yes to whatever is asked on the way. */
  approvedToTheEnd(id: string, patienceMs?: number): Promise<Pipeline> {
    return eventually(`${id} is over`, async () => {
      const { pipeline, deployments } = await this.pipeline(id);
      if (pipeline.status.kind !== 'running') return pipeline;
      const asked = deployments.flatMap(({ approvals }) => approvals).filter(({ status }) => status.kind === 'waiting');
      for (const approval of asked) await this.decide(approval, 'anna');
      return undefined;
    }, patienceMs);
  }

  /** Answers at the first look at which the pipeline is there: a stage's name, or what a look shows. */
  at(id: string, what: string, holds: (detail: PipelineDetail) => boolean): Promise<PipelineDetail> {
    return eventually(`${id}: ${what}`, async () => {
      const detail = await this.pipeline(id);
      if (holds(detail)) return detail;
      if (detail.pipeline.status.kind !== 'running') throw new Error(`it ended as ${JSON.stringify(detail.pipeline.status)}`);
      await after(10);
      return undefined;
    });
  }
}

/**
 * The part of ECS that the emulator leaves out: its scheduler. It runs, spreads, replaces, drains and stops the tasks of services through
 * the same public calls that anybody has, and corrects the answers that would be otherwise on AWS.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html, .../service-rebalancing.html,
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html, .../API_DeleteService.html
 */
import { DescribeTasksCommand, ECSClient, RunTaskCommand, StopTaskCommand, type Task } from '@aws-sdk/client-ecs';
import { clientSettings, ENDPOINT } from '../emulator.ts';
import type { Answer, Request, Shim } from '../faults.ts';
import { errorAnswer } from '../faults/answer.ts';
import type { TargetHealthShim } from './target-health.ts';

const TICK_MS = 15;
const START_MS = 40;
const DRAIN_MS = 60;
/** Before a lost task is replaced; on AWS it is seconds. */
export const REPLACE_MS = 1200;

interface ScheduledTask {
  readonly arn: string;
  readonly subnet: string;
  readonly address: string;
  /** What the service asked for when it was started: a task of another one is replaced. */
  readonly asked: string;
  readonly createdAt: number;
  phase: 'pending' | 'running' | 'draining' | 'stopped';
  since: number;
}

interface ScheduledService {
  readonly cluster: string;
  readonly name: string;
  readonly token: string | undefined;
  readonly graceSeconds: number;
  readonly group: string;
  readonly port: number;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desired: number;
  definition: string;
  subnets: string[];
  securityGroups: string[];
  /** The circuit breaker has ended the deployment. */
  failed: boolean;
  tasks: ScheduledTask[];
  lostAt: number;
}

type Body = Readonly<Record<string, unknown>>;
interface Network { readonly awsvpcConfiguration: { readonly subnets: string[]; readonly securityGroups: string[] } }

export interface EcsScheduler {
  readonly shim: Shim;
  /** From now on the circuit breaker has given up on this service: nothing is started for it. */
  giveUp(service: string): void;
  /** Waits for the work under way; tasks stay. */
  stop(): Promise<void>;
}

const asked = ({ definition, subnets }: Pick<ScheduledService, 'definition' | 'subnets'>): string => `${definition} ${[...subnets].sort().join(' ')}`;
const alive = ({ phase }: ScheduledTask): boolean => phase === 'pending' || phase === 'running';
const last = (text: string): string => text.slice(text.lastIndexOf('/') + 1);

export function ecsScheduler(health: TargetHealthShim): EcsScheduler {
  const client = new ECSClient(clientSettings());
  const services = new Map<string, ScheduledService>();
  const key = (cluster: unknown, service: unknown): string => `${last(String(cluster))} ${last(String(service))}`;

  const look = async (service: ScheduledService): Promise<void> => {
    const known = service.tasks.filter(({ phase }) => phase !== 'stopped');
    if (known.length === 0) return;
    const { tasks } = await client.send(new DescribeTasksCommand({ cluster: service.cluster, tasks: known.map(({ arn }) => arn) }));
    for (const task of known) {
      if (tasks?.find(({ taskArn }) => taskArn === task.arn)?.lastStatus !== 'STOPPED') continue;
      task.phase = 'stopped';
      service.lostAt = Date.now();
      await health.forget(service.group, task.address);
    }
  };

  const advance = async (service: ScheduledService): Promise<void> => {
    for (const task of service.tasks) {
      const forMs = Date.now() - task.since;
      if (task.phase === 'pending' && forMs > START_MS) {
        await health.register(service.group, task.address, service.port);
        Object.assign(task, { phase: 'running', since: Date.now() });
      } else if (task.phase === 'draining' && forMs > DRAIN_MS) {
        await client.send(new StopTaskCommand({ cluster: service.cluster, task: task.arn, reason: 'Scaling activity initiated by (deployment ecs-svc)' }));
        task.phase = 'stopped';
        await health.forget(service.group, task.address);
      }
    }
  };

  const drain = (service: ScheduledService, task: ScheduledTask): void => {
    Object.assign(task, { phase: 'draining', since: Date.now() });
    health.drain(service.group, task.address);
  };

  const start = async (service: ScheduledService): Promise<void> => {
    const inSubnet = (subnet: string) => service.tasks.filter((task) => alive(task) && task.subnet === subnet).length;
    const subnet = [...service.subnets].sort((one, other) => inSubnet(one) - inSubnet(other))[0] as string;
    const { tasks } = await client.send(new RunTaskCommand({ cluster: service.cluster, taskDefinition: service.definition, launchType: 'FARGATE', group: `service:${service.name}`, startedBy: 'ecs-svc', networkConfiguration: { awsvpcConfiguration: { subnets: [subnet], securityGroups: service.securityGroups } } }));
    const task = tasks?.[0];
    const address = task?.attachments?.[0]?.details?.find(({ name }) => name === 'privateIPv4Address')?.value;
    if (task?.taskArn === undefined || address === undefined) throw new Error('the emulator started a task without an address');
    service.tasks.push({ arn: task.taskArn, subnet, address, asked: asked(service), createdAt: Date.now(), phase: 'pending', since: Date.now() });
  };

  const place = async (service: ScheduledService): Promise<void> => {
    const wanted = service.status === 'ACTIVE' ? service.desired : 0;
    const current = service.tasks.filter((task) => alive(task) && task.asked === asked(service));
    const old = service.tasks.filter((task) => alive(task) && task.asked !== asked(service));
    if (current.length < wanted && !service.failed && Date.now() - service.lostAt > REPLACE_MS) for (let more = current.length; more < wanted; more += 1) await start(service);
    // The latest of the fullest zone leaves first.
    for (let many = current.length; many > wanted; many -= 1) {
      const left = current.filter(alive);
      const count = (subnet: string) => left.filter((task) => task.subnet === subnet).length;
      const next = [...left].sort((one, other) => count(other.subnet) - count(one.subnet) || other.createdAt - one.createdAt)[0];
      if (next !== undefined) drain(service, next);
    }
    const ready = await Promise.all(current.map(async (task) => task.phase === 'running' && (await health.stateOf(service.group, task.address)) === 'healthy'));
    if (wanted === 0 || ready.filter(Boolean).length >= wanted) for (const task of old) drain(service, task);
    if (service.status === 'DRAINING' && service.tasks.every(({ phase }) => phase === 'stopped')) service.status = 'INACTIVE';
  };

  const state: { stopped: boolean; error?: unknown } = { stopped: false };
  const run = (async () => {
    while (!state.stopped) {
      for (const service of services.values()) for (const step of [look, advance, place]) await step(service);
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  })().catch((error: unknown) => {
    state.error = error;
  });

  const answers: Readonly<Record<string, (body: Body, request: Request, forward: () => Promise<Answer>) => Promise<Answer>>> = {
    CreateService: async (body, _request, forward) => {
      const known = services.get(key(body['cluster'], body['serviceName']));
      if (known !== undefined && known.status !== 'INACTIVE') {
        if (known.status === 'DRAINING') return refused('Unable to Start a service that is still Draining.');
        if (known.token === undefined || known.token !== body['clientToken']) return refused('Creation of service was not idempotent.');
        return json({ service: { serviceName: known.name, status: known.status, desiredCount: known.desired } });
      }
      const answer = await forward();
      if (answer.status !== 200) return answer;
      const { subnets, securityGroups } = (body['networkConfiguration'] as Network).awsvpcConfiguration;
      const balancer = (body['loadBalancers'] as { targetGroupArn: string; containerPort: number }[])[0];
      services.set(key(body['cluster'], body['serviceName']), {
        cluster: String(body['cluster']), name: String(body['serviceName']), token: body['clientToken'] as string | undefined, graceSeconds: Number(body['healthCheckGracePeriodSeconds'] ?? 0), group: balancer?.targetGroupArn ?? '', port: balancer?.containerPort ?? 80,
        status: 'ACTIVE', desired: Number(body['desiredCount']), definition: String(body['taskDefinition']), subnets, securityGroups, failed: false, tasks: [], lostAt: 0,
      });
      return answer;
    },
    UpdateService: async (body, _request, forward) => {
      const known = services.get(key(body['cluster'], body['service']));
      if (known?.status !== 'ACTIVE') return error('ServiceNotActiveException', 'Service was not ACTIVE.');
      const answer = await forward();
      if (answer.status !== 200) return answer;
      if (body['desiredCount'] !== undefined) known.desired = Number(body['desiredCount']);
      if (typeof body['taskDefinition'] === 'string') known.definition = body['taskDefinition'];
      if (body['networkConfiguration'] !== undefined) known.subnets = (body['networkConfiguration'] as Network).awsvpcConfiguration.subnets;
      if (body['forceNewDeployment'] === true) known.failed = false;
      return answer;
    },
    DeleteService: async (body, _request, forward) => {
      const known = services.get(key(body['cluster'], body['service']));
      if (known?.status !== 'ACTIVE') return error('ServiceNotActiveException', 'Service was not ACTIVE.');
      const answer = await forward();
      if (answer.status === 200) known.status = 'DRAINING';
      return answer;
    },
    ListServices: async (_body, _request, forward) => changed(await forward(), (found) => ({ ...found, serviceArns: (found['serviceArns'] as string[]).filter((arn) => [...services.values()].find(({ name }) => name === last(arn))?.status === 'ACTIVE') })),
    DescribeServices: async (body, _request, forward) => changed(await forward(), (found) => ({
      ...found, services: (found['services'] as Body[]).map((service) => {
        const known = services.get(key(body['cluster'], service['serviceName']));
        return known === undefined ? service : { ...service, ...asDescribed(known) };
      }),
    })),
    ListTasks: async (body, _request, forward) => {
      const known = services.get(key(body['cluster'], body['serviceName']));
      if (body['serviceName'] !== undefined && (known === undefined || known.status === 'INACTIVE')) return error('ServiceNotFoundException', 'Service not found.');
      const wanted = body['desiredStatus'] === 'STOPPED' ? ['draining', 'stopped'] : ['pending', 'running'];
      const of = (service: ScheduledService) => service.tasks.filter(({ phase }) => wanted.includes(phase)).map(({ arn }) => arn);
      return body['serviceName'] === undefined ? changed(await forward(), () => ({ taskArns: [...services.values()].filter(({ cluster }) => cluster === body['cluster']).flatMap(of) })) : json({ taskArns: known === undefined ? [] : of(known) });
    },
    DescribeTasks: async (_body, _request, forward) => changed(await forward(), (found) => ({ ...found, tasks: (found['tasks'] as Task[]).map((task) => asSeen(task, [...services.values()])) })),
  };

  return {
    shim: async (call, request, forward) => {
      if (state.error !== undefined) throw state.error;
      const answer = call.service === 'ecs' ? answers[call.action] : undefined;
      return answer === undefined ? undefined : await answer(JSON.parse(request.body.toString('utf8')) as Body, request, forward);
    },
    giveUp: (service) => {
      for (const known of services.values()) if (known.name === service) known.failed = true;
    },
    stop: async () => {
      state.stopped = true;
      await run;
      client.destroy();
      if (state.error !== undefined) throw state.error;
    },
  };
}

/** What the emulator loses of a request, or counts wrongly. */
const asDescribed = (service: ScheduledService): Body => ({
  status: service.status, desiredCount: service.desired, runningCount: service.tasks.filter(({ phase }) => phase === 'running').length, pendingCount: service.tasks.filter(({ phase }) => phase === 'pending').length,
  healthCheckGracePeriodSeconds: service.graceSeconds, taskDefinition: service.definition, networkConfiguration: { awsvpcConfiguration: { subnets: service.subnets, securityGroups: service.securityGroups } },
  deployments: [{ status: 'PRIMARY', rolloutState: service.failed ? 'FAILED' : service.tasks.filter(alive).length === service.desired ? 'COMPLETED' : 'IN_PROGRESS', rolloutStateReason: service.failed ? 'ECS deployment circuit breaker: tasks failed to start.' : '' }],
});

function asSeen(task: Task, services: readonly ScheduledService[]): Task {
  const known = services.flatMap(({ tasks }) => tasks).find(({ arn }) => arn === task.taskArn);
  if (known === undefined || task.lastStatus === 'STOPPED') return task;
  const seconds = known.createdAt / 1000;
  const shown = known.phase === 'pending' ? { lastStatus: 'PENDING' } : known.phase === 'draining' ? { lastStatus: 'DEACTIVATING', desiredStatus: 'STOPPED' } : { lastStatus: 'RUNNING' };
  return { ...task, ...shown, createdAt: seconds as never, startedAt: seconds as never };
}

const json = (body: unknown): Answer => ({ status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: Buffer.from(JSON.stringify(body)) });
const error = (code: string, message: string): Answer => errorAnswer('json', { status: 400, code, message });
const refused = (message: string): Answer => error('InvalidParameterException', message);
const changed = (answer: Answer, change: (body: Body) => Body): Answer => (answer.status === 200 ? json(change(JSON.parse(answer.body.toString('utf8')) as Body)) : answer);

/** Tasks stay where they are put: by itself the emulator lets a task march towards its end with each look at it. */
export async function holdTasks(): Promise<void> {
  const answer = await fetch(`${ENDPOINT}/moto-api/state-manager/set-transition`, { method: 'POST', body: JSON.stringify({ model_name: 'ecs::task', transition: { progression: 'manual', times: 1_000_000_000 } }) });
  if (!answer.ok) throw new Error(`The emulator did not hold tasks: ${answer.status} ${await answer.text()}`);
}

/** Tasks of services, as ECS and their target group see them. */
import { DescribeTasksCommand, ListTasksCommand, type Task } from '@aws-sdk/client-ecs';
import { InstanceId } from '../../domain/ids.ts';
import type { ObservedInstance } from '../../domain/state.ts';
import { calling, lookingFor } from '../_aws/fault.ts';
import type { TargetHealth } from '../_aws/load-balancer/groups.ts';
import { resourceName } from '../_aws/names.ts';
import { allPages, chunksOf } from '../_aws/pages.ts';
import { zoneOfSubnet } from '../_aws/settings.ts';
import { type Containers, ECS } from './clients.ts';
import type { RevisionService } from './services.ts';
import type { EcsSettings } from './settings.ts';
import { familyOf } from './task-definition.ts';

/** So many tasks one DescribeTasks takes; https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const DESCRIBE_AT_ONCE = 100;
/** Up to so many services are asked one by one; for more, all tasks of the cluster are listed. */
const SERVICES_ONE_BY_ONE = 10;

export type TasksByService = ReadonlyMap<string, readonly Task[]>;

const listed = (client: Containers, cluster: string, of: { readonly serviceName?: string; readonly desiredStatus: 'RUNNING' | 'STOPPED' }): Promise<string[]> => allPages(async (nextToken) => {
  const what = of.serviceName ?? cluster;
  const answer = await lookingFor(ECS, `list the tasks of ${what}`, ['ServiceNotFound', 'ServiceNotActive'], () => client.send(new ListTasksCommand({ cluster, ...of, ...(nextToken === undefined ? {} : { nextToken }) })));
  return { items: answer?.taskArns ?? [], next: answer?.nextToken };
});

async function described(client: Containers, cluster: string, arns: readonly string[]): Promise<Task[]> {
  const tasks: Task[] = [];
  for (const chunk of chunksOf(arns, DESCRIBE_AT_ONCE)) {
    tasks.push(...(await calling(ECS, `read tasks of ${cluster}`, () => client.send(new DescribeTasksCommand({ cluster, tasks: chunk })))).tasks ?? []);
  }
  return tasks;
}

/** The tasks of these services by the service's name; stopped ones only of `unsettled` services. */
export async function tasksOf(client: Containers, cluster: string, services: readonly RevisionService[], unsettled: (service: RevisionService, running: number) => boolean): Promise<TasksByService> {
  const running = services.length > SERVICES_ONE_BY_ONE ? await listed(client, cluster, { desiredStatus: 'RUNNING' })
    : (await Promise.all(services.map(({ name }) => listed(client, cluster, { serviceName: name, desiredStatus: 'RUNNING' })))).flat();
  const byService = new Map<string, Task[]>(services.map(({ name }) => [name, []]));
  const add = (tasks: readonly Task[]): void => {
    for (const task of tasks) byService.get((task.group ?? '').replace(/^service:/, ''))?.push(task);
  };
  add(await described(client, cluster, running));
  for (const service of services.filter((one) => unsettled(one, byService.get(one.name)?.length ?? 0))) {
    add(await described(client, cluster, await listed(client, cluster, { serviceName: service.name, desiredStatus: 'STOPPED' })));
  }
  return byService;
}

const STARTING = new Set(['PROVISIONING', 'PENDING', 'ACTIVATING']);
const detail = (task: Task, name: string): string | undefined => task.attachments?.flatMap(({ details }) => details ?? []).find((one) => one.name === name)?.value;
export const taskId = (task: Task): string => (task.taskArn ?? '').slice((task.taskArn ?? '').lastIndexOf('/') + 1);
const startOf = (task: Task, now: number): number => (task.startedAt ?? task.createdAt)?.getTime() ?? now;
export const hasStopped = (task: Task): boolean => task.lastStatus === 'STOPPED' || task.lastStatus === 'DELETED';

export interface TaskView {
  readonly service: RevisionService;
  readonly settings: EcsSettings;
  readonly health: ReadonlyMap<string, TargetHealth>;
  readonly now: number;
}

/** A task as an instance. A task that has stopped is one with the reason that ECS gives. */
export function instanceOf(task: Task, view: TaskView): ObservedInstance {
  const { service, settings, now } = view;
  const address = detail(task, 'privateIPv4Address');
  const startedAt = startOf(task, now);
  return {
    instance: InstanceId.parse(taskId(task)), revision: service.revision, zone: zoneOfSubnet(settings, detail(task, 'subnetId')) ?? task.availabilityZone ?? 'unknown',
    startedAt, relaunches: 0, address: address === undefined ? null : `${address}:${settings.port}`, quarantined: hasStopped(task) && service.givenUp, ...healthOf(task, view, address, startedAt),
  };
}

function healthOf(task: Task, { service, health, now }: TaskView, address: string | undefined, startedAt: number): Pick<ObservedInstance, 'health' | 'problem'> {
  if (hasStopped(task)) return { health: 'stopped', problem: stoppedBecause(task) };
  if (task.desiredStatus === 'STOPPED') return { health: 'draining', problem: null };
  if (STARTING.has(task.lastStatus ?? '')) return { health: 'starting', problem: null };
  const family = familyOf(task.taskDefinitionArn ?? '');
  if (family !== resourceName(service.revision)) return { health: 'unhealthy', problem: `It runs the task definition ${family}, which is not this revision's.` };
  const seen = address === undefined ? undefined : health.get(address);
  if (seen?.state === 'healthy') return { health: 'healthy', problem: null };
  if (seen?.state === 'draining') return { health: 'draining', problem: null };
  const early = now - startedAt < service.graceMs;
  if (seen === undefined || seen.state === 'initial' || seen.state === 'unused' || seen.state === 'unavailable' || early) return { health: 'starting', problem: seen?.why ?? 'Its target group does not know it yet.' };
  return { health: 'unhealthy', problem: seen.why ?? 'It fails the health check of its target group.' };
}

function stoppedBecause(task: Task): string {
  const ended = task.containers?.find(({ reason, exitCode }) => reason !== undefined || (exitCode !== undefined && exitCode !== 0));
  return [task.stoppedReason, ended?.reason, ended?.exitCode === undefined ? undefined : `exit code ${ended.exitCode}`].filter((part) => part !== undefined && part !== '').join(': ') || 'It has stopped.';
}

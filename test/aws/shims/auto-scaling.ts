/**
 * The part of Auto Scaling that the emulator does otherwise: in it groups put all instances into their first zone, replace nothing that is
 * unhealthy, and do not drain. Groups are kept there with a capacity of 0; this runs, spreads, replaces and ends their instances through
 * the public calls of EC2, and answers what the groups hold.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-benefits.html (zones), .../ec2-auto-scaling-health-checks.html,
 * .../ec2-auto-scaling-instance-maintenance-policy.html, .../attach-load-balancer-asg.html (draining)
 */
import { EC2Client, DescribeInstancesCommand, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { clientSettings } from '../emulator.ts';
import type { Answer, Request, Shim } from '../faults.ts';
import { errorAnswer } from '../faults/answer.ts';
import type { TargetHealthShim } from './target-health.ts';

const TICK_MS = 15;
const START_MS = 40;
const DRAIN_MS = 60;
/** Before a lost instance is replaced; on AWS it is minutes. */
const REPLACE_MS = 1200;

interface Member {
  readonly id: string;
  readonly subnet: string;
  readonly zone: string;
  readonly createdAt: number;
  phase: 'Pending' | 'InService' | 'Terminating' | 'gone';
  unhealthy: boolean;
  since: number;
}

interface Group {
  readonly name: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly targetGroup: string;
  readonly graceSeconds: string;
  template: { readonly id: string; readonly version: string };
  desired: number;
  subnets: string[];
  suspended: string[];
  members: Member[];
  lostAt: number;
  failing: string | null;
}

export interface AutoScalingShim {
  readonly shim: Shim;
  /** From now on no instance can be started for this group, for this reason; null: it can again. */
  failStarts(group: string, why: string | null): void;
  stop(): Promise<void>;
}

const staying = ({ phase }: Member): boolean => phase === 'Pending' || phase === 'InService';

export function autoScaling(health: TargetHealthShim, port: number): AutoScalingShim {
  const ec2 = new EC2Client(clientSettings());
  const groups = new Map<string, Group>();
  const state: { stopped: boolean; error?: unknown } = { stopped: false };

  const look = async (group: Group): Promise<void> => {
    const known = group.members.filter(({ phase }) => phase !== 'gone');
    if (known.length === 0) return;
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: known.map(({ id }) => id) }));
    const ended = Reservations.flatMap(({ Instances = [] }) => Instances).filter(({ State }) => State?.Name === 'terminated' || State?.Name === 'shutting-down').map(({ InstanceId }) => InstanceId);
    for (const member of known) {
      if (!ended.includes(member.id)) continue;
      member.phase = 'gone';
      group.lostAt = Date.now();
      await health.forget(group.targetGroup, member.id);
    }
  };

  const leave = (group: Group, member: Member): void => {
    Object.assign(member, { phase: 'Terminating', since: Date.now() });
    health.drain(group.targetGroup, member.id);
  };

  const advance = async (group: Group): Promise<void> => {
    for (const member of group.members) {
      const forMs = Date.now() - member.since;
      if (member.phase === 'Pending' && forMs > START_MS) {
        await health.register(group.targetGroup, member.id, port);
        Object.assign(member, { phase: 'InService', since: Date.now() });
      } else if (member.phase === 'Terminating' && forMs > DRAIN_MS) {
        await ec2.send(new TerminateInstancesCommand({ InstanceIds: [member.id] }));
        member.phase = 'gone';
        await health.forget(group.targetGroup, member.id);
      }
    }
  };

  const start = async (group: Group): Promise<void> => {
    const inSubnet = (subnet: string) => group.members.filter((member) => staying(member) && !member.unhealthy && member.subnet === subnet).length;
    const subnet = [...group.subnets].sort((one, other) => inSubnet(one) - inSubnet(other))[0] as string;
    const { Instances } = await ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, SubnetId: subnet, LaunchTemplate: { LaunchTemplateId: group.template.id, Version: group.template.version } }));
    const made = Instances?.[0];
    if (made?.InstanceId === undefined) throw new Error('the emulator started an instance without an id');
    group.members.push({ id: made.InstanceId, subnet, zone: made.Placement?.AvailabilityZone ?? '', createdAt: Date.now(), phase: 'Pending', unhealthy: false, since: Date.now() });
  };

  const place = async (group: Group): Promise<void> => {
    const well = group.members.filter((member) => staying(member) && !member.unhealthy);
    if (well.length < group.desired && group.failing === null && Date.now() - group.lostAt > REPLACE_MS) for (let more = well.length; more < group.desired; more += 1) await start(group);
    for (let many = well.length; many > group.desired; many -= 1) {
      const left = well.filter(staying);
      const count = (subnet: string) => left.filter((member) => member.subnet === subnet).length;
      const next = [...left].sort((one, other) => count(other.subnet) - count(one.subnet) || other.createdAt - one.createdAt)[0];
      if (next !== undefined) leave(group, next);
    }
    // Launch before terminating: an unhealthy one leaves when enough others serve.
    const ready = await Promise.all(well.map(async (member) => member.phase === 'InService' && (await health.stateOf(group.targetGroup, member.id)) === 'healthy'));
    if (ready.filter(Boolean).length >= group.desired) for (const member of group.members.filter((one) => staying(one) && one.unhealthy)) leave(group, member);
  };

  const run = (async () => {
    while (!state.stopped) {
      for (const group of groups.values()) for (const step of [look, advance, place]) await step(group);
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  })().catch((error: unknown) => {
    state.error = error;
  });

  type Answering = (form: URLSearchParams, forward: (changed?: URLSearchParams) => Promise<Answer>) => Promise<Answer>;
  /** Kept in the emulator without instances of its own. */
  const empty = (form: URLSearchParams): URLSearchParams => {
    const changed = new URLSearchParams(form);
    for (const name of ['DesiredCapacity', 'MinSize']) if (changed.has(name)) changed.set(name, '0');
    return changed;
  };
  const named = (form: URLSearchParams): Group | undefined => groups.get(form.get('AutoScalingGroupName') ?? '');
  const subnetsIn = (form: URLSearchParams): string[] => (form.get('VPCZoneIdentifier') ?? '').split(',');
  const answers: Readonly<Record<string, Answering>> = {
    CreateAutoScalingGroup: async (form, forward) => {
      const name = form.get('AutoScalingGroupName') ?? '';
      if (groups.has(name)) return refusal('AlreadyExists', `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`);
      const answer = await forward(empty(form));
      if (answer.status !== 200) return answer;
      const tags: [string, string][] = [];
      for (let index = 1; form.has(`Tags.member.${index}.Key`); index += 1) tags.push([form.get(`Tags.member.${index}.Key`) ?? '', form.get(`Tags.member.${index}.Value`) ?? '']);
      groups.set(name, {
        name, tags, targetGroup: form.get('TargetGroupARNs.member.1') ?? '', graceSeconds: form.get('HealthCheckGracePeriod') ?? '0', template: { id: form.get('LaunchTemplate.LaunchTemplateId') ?? '', version: form.get('LaunchTemplate.Version') ?? '' },
        desired: Number(form.get('DesiredCapacity')), subnets: subnetsIn(form), suspended: [], members: [], lostAt: 0, failing: null,
      });
      return answer;
    },
    UpdateAutoScalingGroup: async (form, forward) => {
      const group = named(form);
      const answer = await forward(empty(form));
      if (answer.status !== 200 || group === undefined) return answer;
      if (form.has('DesiredCapacity')) group.desired = Number(form.get('DesiredCapacity'));
      if (form.has('VPCZoneIdentifier')) group.subnets = subnetsIn(form);
      if (form.has('LaunchTemplate.Version')) group.template = { id: form.get('LaunchTemplate.LaunchTemplateId') ?? group.template.id, version: form.get('LaunchTemplate.Version') ?? '' };
      return answer;
    },
    SuspendProcesses: async (form, forward) => {
      named(form)?.suspended.push(form.get('ScalingProcesses.member.1') ?? '');
      return await forward();
    },
    SetInstanceHealth: async (form) => {
      const member = [...groups.values()].flatMap(({ members }) => members).find(({ id, phase }) => id === form.get('InstanceId') && phase !== 'gone');
      if (member === undefined) return refusal('ValidationError', `Instance Id not found - No managed instance found for instance ID ${form.get('InstanceId') ?? ''}`);
      member.unhealthy = form.get('HealthStatus') === 'Unhealthy';
      return xml('SetInstanceHealth', '');
    },
    DeleteAutoScalingGroup: async (form, forward) => {
      const group = named(form);
      if (group !== undefined && form.get('ForceDelete') !== 'true' && group.members.some(({ phase }) => phase !== 'gone')) return refusal('ResourceInUse', 'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.');
      const answer = await forward();
      if (answer.status === 200 && group !== undefined) groups.delete(group.name);
      return answer;
    },
    DescribeAutoScalingGroups: async (_form, forward) => {
      const answer = await forward();
      if (answer.status !== 200) return answer;
      const text = answer.body.toString('utf8');
      const names = [...new Set([...text.matchAll(/<AutoScalingGroupName>([^<]*)</g)].map(([, name]) => name ?? ''))];
      const next = /<NextToken>([^<]+)<\/NextToken>/.exec(text)?.[1];
      return xml('DescribeAutoScalingGroups', `<AutoScalingGroups>${names.flatMap((name) => groups.get(name) ?? []).map(asMember).join('')}</AutoScalingGroups>${next === undefined ? '' : `<NextToken>${next}</NextToken>`}`);
    },
    DescribeScalingActivities: async (form) => {
      const group = named(form);
      return xml('DescribeScalingActivities', `<Activities>${group?.failing == null ? '' : `<member><ActivityId>5c1bca95</ActivityId><AutoScalingGroupName>${group.name}</AutoScalingGroupName><Cause>an instance was started</Cause><StartTime>2026-01-01T00:00:00Z</StartTime><StatusCode>Failed</StatusCode><StatusMessage>${group.failing}</StatusMessage></member>`}</Activities>`);
    },
  };

  return {
    shim: async (call, request, forward) => {
      if (state.error !== undefined) throw state.error;
      const answer = call.service === 'autoscaling' ? answers[call.action] : undefined;
      if (answer === undefined) return undefined;
      return await answer(new URLSearchParams(request.body.toString('utf8')), async (changed) => {
        if (changed !== undefined) replaceBody(request, changed);
        return await forward();
      });
    },
    failStarts: (name, why) => {
      const group = groups.get(name);
      if (group !== undefined) group.failing = why;
    },
    stop: async () => {
      state.stopped = true;
      await run;
      ec2.destroy();
      if (state.error !== undefined) throw state.error;
    },
  };
}

/** The proxy forwards the request that it gave to the shim. */
function replaceBody(request: Request, form: URLSearchParams): void {
  (request as { body: Buffer }).body = Buffer.from(form.toString());
}

function asMember(group: Group): string {
  const instances = group.members.filter(({ phase }) => phase !== 'gone').map((member) => `<member><InstanceId>${member.id}</InstanceId><AvailabilityZone>${member.zone}</AvailabilityZone><LifecycleState>${member.phase}</LifecycleState><HealthStatus>${member.unhealthy ? 'Unhealthy' : 'Healthy'}</HealthStatus><LaunchTemplate><LaunchTemplateId>${group.template.id}</LaunchTemplateId><Version>${group.template.version}</Version></LaunchTemplate><ProtectedFromScaleIn>false</ProtectedFromScaleIn></member>`);
  const tags = group.tags.map(([key, value]) => `<member><Key>${key}</Key><Value>${value}</Value><PropagateAtLaunch>true</PropagateAtLaunch><ResourceId>${group.name}</ResourceId><ResourceType>auto-scaling-group</ResourceType></member>`);
  return `<member><AutoScalingGroupName>${group.name}</AutoScalingGroupName><LaunchTemplate><LaunchTemplateId>${group.template.id}</LaunchTemplateId><Version>${group.template.version}</Version></LaunchTemplate><MinSize>${group.desired}</MinSize><MaxSize>${group.desired}</MaxSize><DesiredCapacity>${group.desired}</DesiredCapacity><DefaultCooldown>300</DefaultCooldown><TargetGroupARNs><member>${group.targetGroup}</member></TargetGroupARNs><HealthCheckType>ELB</HealthCheckType><HealthCheckGracePeriod>${group.graceSeconds}</HealthCheckGracePeriod><Instances>${instances.join('')}</Instances><SuspendedProcesses>${group.suspended.map((name) => `<member><ProcessName>${name}</ProcessName></member>`).join('')}</SuspendedProcesses><VPCZoneIdentifier>${group.subnets.join(',')}</VPCZoneIdentifier><Tags>${tags.join('')}</Tags></member>`;
}

const xml = (action: string, result: string): Answer => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: Buffer.from(`<${action}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>shim</RequestId></ResponseMetadata></${action}Response>`) });
const refusal = (code: string, message: string): Answer => errorAnswer('query', { status: 400, code, message });

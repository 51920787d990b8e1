/**
 * Health of targets as AWS documents it; in the emulator every target is healthy at once.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html: `unused` while no rule of a
 * listener names the group, `initial` until enough checks were good, `draining` while it is deregistered.
 */
import { DeregisterTargetsCommand, DescribeRulesCommand, type ElasticLoadBalancingV2Client, RegisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Shim } from '../faults.ts';

/** Two good checks; much shorter than anybody would set them. */
const INITIAL_MS = 60;

interface Target {
  readonly port: number;
  registeredAt: number;
  draining: boolean;
  failing: boolean;
}

export interface TargetHealthShim {
  readonly shim: Shim;
  register(group: string, id: string, port: number): Promise<void>;
  /** Still answered as draining until `forget`. */
  drain(group: string, id: string): void;
  forget(group: string, id: string): Promise<void>;
  /** The application behind this target fails its checks from now on. */
  fail(id: string): void;
  /** Every application that is there while this holds fails its checks. */
  allFail: boolean;
  stateOf(group: string, id: string): Promise<string>;
}

export function targetHealth(client: ElasticLoadBalancingV2Client, listener: string): TargetHealthShim {
  const groups = new Map<string, Map<string, Target>>();
  const inGroup = (group: string): Map<string, Target> => groups.get(group) ?? insert(groups, group);
  const isNamed = async (group: string): Promise<boolean> =>
    JSON.stringify((await client.send(new DescribeRulesCommand({ ListenerArn: listener }))).Rules?.map(({ Actions }) => Actions) ?? []).includes(group);
  const judged = ({ draining, failing, registeredAt }: Target, named: boolean): { state: string; reason?: string } => {
    if (draining) return { state: 'draining', reason: 'Target.DeregistrationInProgress' };
    if (!named) return { state: 'unused', reason: 'Target.NotInUse' };
    if (failing || made.allFail) return { state: 'unhealthy', reason: 'Target.ResponseCodeMismatch' };
    return Date.now() - registeredAt < INITIAL_MS ? { state: 'initial', reason: 'Elb.InitialHealthChecking' } : { state: 'healthy' };
  };
  const made: TargetHealthShim = {
    allFail: false,
    shim: async (call, request, forward) => {
      if (call.service !== 'elasticloadbalancing' || call.action !== 'DescribeTargetHealth') return undefined;
      const group = new URLSearchParams(request.body.toString('utf8')).get('TargetGroupArn') ?? '';
      const answer = await forward();
      if (answer.status !== 200) return answer;
      const named = await isNamed(group);
      const members = [...inGroup(group)].map(([id, target]) => {
        const { state, reason } = judged(target, named);
        return `<member><HealthCheckPort>${target.port}</HealthCheckPort><TargetHealth><State>${state}</State>${reason === undefined ? '' : `<Reason>${reason}</Reason>`}</TargetHealth><Target><Id>${id}</Id><Port>${target.port}</Port></Target></member>`;
      });
      const body = `<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeTargetHealthResult><TargetHealthDescriptions>${members.join('')}</TargetHealthDescriptions></DescribeTargetHealthResult><ResponseMetadata><RequestId>shim</RequestId></ResponseMetadata></DescribeTargetHealthResponse>`;
      return { status: 200, headers: { 'content-type': 'text/xml' }, body: Buffer.from(body) };
    },
    register: async (group, id, port) => {
      await client.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: id, Port: port }] }));
      inGroup(group).set(id, { port, registeredAt: Date.now(), draining: false, failing: false });
    },
    drain: (group, id) => {
      const target = inGroup(group).get(id);
      if (target !== undefined) target.draining = true;
    },
    forget: async (group, id) => {
      if (!inGroup(group).delete(id)) return;
      // The group may have been deleted meanwhile, with all its targets.
      await client.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: id }] })).catch((error: unknown) => {
        if (!(error instanceof Error) || !['TargetGroupNotFoundException', 'TargetGroupNotFound', 'InvalidTarget', 'InvalidTargetException'].includes(error.name)) throw error;
      });
    },
    fail: (id) => {
      for (const targets of groups.values()) {
        const target = targets.get(id);
        if (target !== undefined) target.failing = true;
      }
    },
    stateOf: async (group, id) => {
      const target = inGroup(group).get(id);
      return target === undefined ? 'absent' : judged(target, await isNamed(group)).state;
    },
  };
  return made;
}

function insert(groups: Map<string, Map<string, Target>>, group: string): Map<string, Target> {
  const made = new Map<string, Target>();
  groups.set(group, made);
  return made;
}

/** The `ec2` target: one Auto Scaling group and one target group per revision, traffic by the weights of one listener rule per service. */
import type { RouteRequest, RouteResult } from '../../contracts/target.ts';
import type { Target } from '../../ports/target.ts';
import { compareByRules } from '../_aws/load-balancer/compare.ts';
import { routeByRule } from '../_aws/load-balancer/route.ts';
import type { Ec2Needs } from './clients.ts';
import { launch } from './launch.ts';
import { observe } from './observe.ts';
import { problemsOf } from './problems.ts';
import { relaunch } from './relaunch.ts';
import { retire } from './retire.ts';
import { ec2Settings } from './settings.ts';

export type { Ec2Clients, Ec2Needs } from './clients.ts';

const LIMITS = {
  memory: 'by systemd on the instance: MemoryMax, without swap',
  cpu: 'by systemd on the instance: CPUQuota',
  revisions: '5 target groups in one rule, 100 on one load balancer',
};

export function createEc2Target(needs: Ec2Needs): Target {
  return {
    describe: async ({ plan }) => ({ verb: 'describe', kind: 'ec2', weights: true, zones: true, scaleToZero: true, compares: true, limits: LIMITS, problems: plan === undefined ? [] : await problemsOf(needs, plan) }),
    launch: (request) => launch(needs, request),
    route: (request) => route(needs, request),
    observe: (request) => observe(needs, request),
    relaunch: (request) => relaunch(needs, request),
    retire: (request) => retire(needs, request),
    compare: (request) => compareByRules({ client: needs.connect(request.access).balancers, fence: needs.fence, settings: ec2Settings(request.settings) }, request),
  };
}

async function route(needs: Ec2Needs, request: RouteRequest): Promise<RouteResult> {
  const { service, environment, access, settings } = request;
  const present = async () => {
    const [seen] = (await observe(needs, { verb: 'observe', refs: [{ service, environment, access, settings }] })).services;
    return new Set((seen?.instances ?? []).filter(({ health }) => health !== 'stopped' && health !== 'draining').map(({ revision }) => revision));
  };
  return { verb: 'route', ...await routeByRule({ client: needs.connect(access).balancers, fence: needs.fence, settings: ec2Settings(settings), present }, request) };
}

/** The `ecs` target: one ECS service and one target group per revision, traffic by the weights of one listener rule per service. */
import type { RouteRequest, RouteResult } from '../../contracts/target.ts';
import type { Target } from '../../ports/target.ts';
import { compareByRules } from '../_aws/load-balancer/compare.ts';
import { routeByRule } from '../_aws/load-balancer/route.ts';
import type { EcsNeeds } from './clients.ts';
import { launch } from './launch.ts';
import { observe } from './observe.ts';
import { problemsOf } from './problems.ts';
import { relaunch } from './relaunch.ts';
import { retire } from './retire.ts';
import { ecsSettings } from './settings.ts';

export type { EcsClients, EcsNeeds } from './clients.ts';

const LIMITS = {
  memory: 'by ECS: the task\'s size. Fargate has fixed sizes, and a task gets the smallest that holds what is asked for',
  cpu: 'by ECS: the task\'s size',
  revisions: '5 target groups in one rule, 100 on one load balancer',
};

export function createEcsTarget(needs: EcsNeeds): Target {
  return {
    describe: async ({ plan }) => ({ verb: 'describe', kind: 'ecs', weights: true, zones: true, scaleToZero: true, compares: true, limits: LIMITS, problems: plan === undefined ? [] : await problemsOf(needs, plan) }),
    launch: (request) => launch(needs, request),
    route: (request) => route(needs, request),
    observe: (request) => observe(needs, request),
    relaunch: (request) => relaunch(needs, request),
    retire: (request) => retire(needs, request),
    compare: (request) => compareByRules({ client: needs.connect(request.access).balancers, fence: needs.fence, settings: ecsSettings(request.settings) }, request),
  };
}

async function route(needs: EcsNeeds, request: RouteRequest): Promise<RouteResult> {
  const { service, environment, access, settings } = request;
  const present = async () => {
    const [seen] = (await observe(needs, { verb: 'observe', refs: [{ service, environment, access, settings }] })).services;
    return new Set((seen?.instances ?? []).filter(({ health }) => health !== 'stopped' && health !== 'draining').map(({ revision }) => revision));
  };
  return { verb: 'route', ...await routeByRule({ client: needs.connect(access).balancers, fence: needs.fence, settings: ecsSettings(settings), present }, request) };
}

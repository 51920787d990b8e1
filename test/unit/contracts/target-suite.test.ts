/** The suite finds what it is there to find: a target with one fault fails the check that says so, and one without fails none. */
import { describe, expect, it } from '@jest/globals';
import { runChecks, TARGET_CHECKS, traitsOf } from '../../../src/contracts/target-suite/index.ts';
import { directHarness } from '../../../src/contracts/target-suite/direct-harness.ts';
import type { LaunchRequest, ObserveResult, RelaunchRequest, RetireRequest, RouteRequest, TargetRequest } from '../../../src/contracts/target.ts';
import { Generation, type InstanceId } from '../../../src/domain/ids.ts';
import { FakeTarget } from '../../fakes/target.ts';

type Answer = Record<string, unknown>;
/** Changes a request or an answer; what it does not name goes through. */
interface Fault {
  readonly before?: (request: TargetRequest, target: FakeTarget) => TargetRequest | Answer | undefined;
  readonly after?: (request: TargetRequest, answer: Answer) => Answer;
}

/** A target that keeps the newest generation by place, as one without a store does. */
function faulty({ before, after }: Fault) {
  const newest = new Map<string, number>();
  const fences = { current: async (service: string) => Generation.parse(newest.get(service) ?? 0) };
  const target = new FakeTarget({ fence: fences });
  const dispatch = async (request: TargetRequest): Promise<Answer> => {
    switch (request.verb) {
      case 'describe': return target.describe();
      case 'observe': return target.observe(request);
      case 'compare': throw new Error('it says that it does not compare');
      case 'launch': case 'route': case 'relaunch': case 'retire': {
        newest.set(request.service, Math.max(newest.get(request.service) ?? 0, request.generation));
        return target[request.verb](request as LaunchRequest & RouteRequest & RelaunchRequest & RetireRequest);
      }
    }
  };
  const send = async (given: unknown): Promise<unknown> => {
    const request = before?.(given as TargetRequest, target) ?? (given as TargetRequest);
    // Without a generation a request is an answer already.
    const answer = 'verb' in request && ('generation' in request || request.verb === 'observe' || request.verb === 'describe') ? await dispatch(request as TargetRequest) : (request as Answer);
    return after?.(given as TargetRequest, answer) ?? answer;
  };
  return { send, target };
}

async function failing(fault: Fault): Promise<string[]> {
  const { send, target } = faulty(fault);
  let number = 0;
  const outcomes = await runChecks(
    async () => directHarness({ send, kill: async (instance) => target.kill(instance as InstanceId), spec: {}, run: 'x', patienceMs: 200, wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)), elapsed: () => performance.now() }, (number += 1)),
    traitsOf({ zones: true }), () => undefined,
  );
  return outcomes.filter(({ status }) => status === 'failed').map(({ check }) => `${check.group} ${check.name}`);
}

const services = (answer: Answer) => (answer as unknown as ObserveResult).services;

describe('the suite', () => {
  it('holds a target without a fault to every check', async () => {
    expect(await failing({})).toEqual([]);
    expect(TARGET_CHECKS.length).toBeGreaterThan(20);
  });

  it.each<[string, Fault, string]>([
    ['an answer that is no result', { after: ({ verb }, answer) => (verb === 'retire' ? { verb, stopped: [] } : answer) }, 'retire removes a revision, and says nothing is left when it is said again'],
    ['zones that it does not have', { after: ({ verb }, answer) => (verb === 'describe' ? { ...answer, zones: false } : answer) }, 'describe says what it can do, which is what it is held to'],
    ['instances that nobody named', { after: ({ verb }, answer) => (verb === 'launch' ? { ...answer, started: [] } : answer) }, 'launch brings a revision up with no traffic'],
    ['instances all in one zone', { before: (request) => (request.verb === 'launch' ? { ...request, spec: { ...request.spec, zones: ['a'] } } : undefined) }, 'launch spreads instances evenly over the zones'],
    ['instances in a lost zone', { before: (request) => (request.verb === 'launch' ? { ...request, zonesLost: [] } : undefined) }, 'launch keeps out of a lost zone'],
    ['a second set for the same wish', { before: (request, target) => (request.verb === 'launch' ? { ...request, count: target.seen(request).instances.length + request.count } : undefined) }, 'launch changes nothing when it is said again, at any time'],
    ['weights that are sent and not read back', { before: (request) => (request.verb === 'route' ? ({ verb: 'route', inForce: request.weights, endpoint: 'http://127.0.0.1:1' }) : undefined) }, 'route moves traffic and says what is in force, and where'],
    ['an order of its own', { after: ({ verb }, answer) => (verb === 'observe' ? { ...answer, services: services(answer).toReversed() } : answer) }, 'observe answers for all services asked for, in their order'],
    ['failures without a reason', { after: ({ verb }, answer) => (verb === 'observe' ? { ...answer, services: services(answer).map((seen) => ({ ...seen, instances: seen.instances.map((one) => ({ ...one, problem: null })) })) } : answer) }, 'observe sees what a foreign hand has ended'],
    ['retiring what serves', { before: (request, target) => {
      if (request.verb === 'retire') target.setWeights(request, {});
      return undefined;
    } }, 'retire refuses while traffic goes there'],
    ['repair that does nothing', { before: (request) => (request.verb === 'relaunch' ? { ...request, instances: [] } : undefined) }, 'relaunch replaces what has failed, once, and the number of instances never rises'],
    ['repair of what is well', { before: (request, target) => {
      if (request.verb === 'relaunch') for (const instance of request.instances) if (target.seen(request).instances.some((one) => one.instance === instance)) target.kill(instance);
      return undefined;
    } }, 'relaunch changes nothing for instances that are well or not known'],
    ['no fence', { before: (request) => ('generation' in request ? { ...request, generation: Generation.parse(9999) } : undefined) }, 'the generation that has passed is refused by every changing verb, which changes nothing'],
    ['a route that is never empty', { before: (request) => (request.verb === 'route' && Object.keys(request.weights).length === 0 ? ({ verb: 'route', inForce: {}, endpoint: 'http://127.0.0.1:1' }) : undefined) }, 'route takes the traffic from everything, so that all of it can go'],
  ])('finds %s', async (_fault, fault, check) => {
    expect(await failing(fault)).toContain(check);
  });
});

/** Moving traffic between the target groups of one rule. */
import type { RouteRequest } from '../../../contracts/target.ts';
import { Conflict, InvalidInput, NotSupported } from '../../../domain/errors.ts';
import { RevisionId } from '../../../domain/ids.ts';
import { sameWeights, type Stickiness, type Weights } from '../../../domain/route.ts';
import type { Fence } from '../../../ports/target.ts';
import { checkGeneration, guard } from '../guard.ts';
import type { BalancerSettings } from '../settings.ts';
import { removeAskedRules } from './asked-rules.ts';
import { endpointOf } from './endpoint.ts';
import { type Balancers, findGroup } from './groups.ts';
import { readRule, type RuleWriter, writeGroups } from './rule.ts';
import { percentsOf } from './weights.ts';

export interface RouteNeeds {
  readonly client: Balancers;
  readonly fence: Fence;
  readonly settings: BalancerSettings;
  /** Revisions that have an instance here. */
  readonly present: () => Promise<ReadonlySet<RevisionId>>;
}

/** Why a load balancer cannot keep clients on a revision as asked for; undefined when it need not. */
export const stickinessProblem = ({ by }: Stickiness): string | undefined => (by === 'request' ? undefined
  : `An Application Load Balancer cannot keep a client on a revision by a ${by} of the service: it knows only a cookie of its own, which would hold clients on a candidate that was taken back. Set routing to by: request.`);

/** How often weights are written again that somebody else wrote over. */
const ATTEMPTS = 3;

/**
 * Writes all weights in one call and reads them back; rules that a comparison left behind go, unless one is still on. Weights that somebody with an older generation wrote over meanwhile are written
 * again, as long as no newer generation is there.
 * @throws InvalidInput for a weight on what has no instance; NotSupported; StaleGeneration; Conflict when the weights do not stay
 */
export async function routeByRule({ client, fence, settings, present }: RouteNeeds, request: RouteRequest): Promise<{ inForce: Weights; endpoint: string }> {
  const { service, environment, generation, weights } = request;
  const place = { service, environment, generation, settings };
  const writer: RuleWriter = { client, change: await guard(fence, request), place };
  const unable = stickinessProblem(request.stickiness);
  if (unable !== undefined) throw new NotSupported(unable);
  await refuseAbsent(weights, present);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const rule = await readRule(client, place);
    const inForce = percentsOf(rule);
    if (rule !== undefined && sameWeights(inForce, weights)) {
      // Read after the last write: an older writer that was let through before ours cannot have had the last word unseen.
      await checkGeneration(fence, request);
      if (request.mirror === undefined) await removeAskedRules(writer);
      return { inForce: withZeros(weights, inForce), endpoint: settings.endpoint ?? await endpointOf(client, settings.listener) };
    }
    if (rule === undefined) throw new InvalidInput(`No traffic was moved: ${service} has no rule on ${settings.listener} yet. Launch a revision first.`);
    await writeGroups(writer, rule, await wanted(client, settings.listener, request, rule.groups));
  }
  throw new Conflict(`The weights of ${service} in ${environment} were written ${ATTEMPTS} times and did not stay. Somebody else changes the rule ${settings.rule.priority} of ${settings.listener}.`);
}

async function refuseAbsent(weights: Weights, present: RouteNeeds['present']): Promise<void> {
  const here = await present();
  const missing = Object.entries(weights).filter(([revision, weight]) => weight > 0 && !here.has(RevisionId.parse(revision)));
  if (missing.length > 0) throw new InvalidInput(`No traffic was moved: ${missing.map(([revision]) => revision).join(', ')} has no instance here. Launch it first.`);
}

/** The groups of the rule with their new weights; a group that was taken out by hand is put in again. */
async function wanted(client: Balancers, listener: string, { service, environment, weights }: RouteRequest, groups: readonly { readonly arn: string; readonly weight: number; readonly revision: RevisionId | undefined }[]): Promise<{ arn: string; weight: number }[]> {
  // A group of somebody else in the service's own rule would share its traffic: it gets none.
  const next = groups.map(({ arn, revision }) => ({ arn, weight: revision === undefined ? 0 : weights[revision] ?? 0 }));
  for (const [name, weight] of Object.entries(weights)) {
    const revision = RevisionId.parse(name);
    if (weight === 0 || groups.some((group) => group.revision === revision)) continue;
    const arn = await findGroup(client, { service, environment, revision }, listener);
    if (arn === undefined) throw new InvalidInput(`No traffic was moved: ${revision} has no target group. Launch it again first.`);
    next.push({ arn, weight });
  }
  return next;
}

/** What was asked for at weight 0 is answered at 0. */
const withZeros = (asked: Weights, inForce: Weights): Weights => {
  const zeros: Weights = Object.fromEntries(Object.keys(asked).map((revision) => [revision, 0]));
  return { ...zeros, ...inForce };
};

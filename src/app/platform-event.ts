/** An event of the platform: whose it is, and a look there now. What it says is not believed, only looked at. */
import type { PlatformEvent } from '../contracts/platform-event.ts';
import { placesOfAlarm, placesOfFunction, placesOfResource, type Place } from '../domain/resource-names.ts';
import { Desired, Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { lookNow, type LookedNow } from './dirty.ts';
import type { ReconcileNeeds } from './reconcile.ts';
import { placeOf } from './target-calls.ts';
import { findDesired, list } from './state/documents.ts';
import { shards } from './state/keys.ts';

/** What an event is about. Instances and listeners have no name of ours: their places are found in what is stored. */
export type Concern =
  | { readonly kind: 'places'; readonly places: readonly Place[] }
  | { readonly kind: 'instance'; readonly instance: string }
  | { readonly kind: 'listener'; readonly listener: string }
  | { readonly kind: 'none'; readonly why: string };

/** Sessions of the targets' own roles: their edits are no drift. */
const OWN_SESSION = /:assumed-role\/[^/]+\/slipway-[a-z0-9-]+$/;

export function concernOf(event: PlatformEvent): Concern {
  switch (event['detail-type']) {
    case 'ECS Task State Change': return named(placesOfResource(event.detail.group.replace(/^service:/, '')), event.detail.group);
    case 'ECS Service Action':
    case 'ECS Deployment State Change': return named(event.resources.flatMap((arn) => placesOfResource(arn.slice(arn.lastIndexOf('/') + 1))), event.resources.join(' '));
    case 'EC2 Instance Launch Successful':
    case 'EC2 Instance Launch Unsuccessful':
    case 'EC2 Instance Terminate Successful':
    case 'EC2 Instance Terminate Unsuccessful': return named(placesOfResource(event.detail.AutoScalingGroupName), event.detail.AutoScalingGroupName);
    case 'EC2 Instance State-change Notification': return { kind: 'instance', instance: event.detail['instance-id'] };
    case 'CloudWatch Alarm State Change': return named(placesOfAlarm(event.detail.alarmName), event.detail.alarmName);
    case 'AWS API Call via CloudTrail': return concernOfCall(event.detail);
  }
}

function concernOfCall({ errorCode, userIdentity, requestParameters }: Extract<PlatformEvent, { 'detail-type': 'AWS API Call via CloudTrail' }>['detail']): Concern {
  if (errorCode !== undefined) return { kind: 'none', why: 'the call was refused, so it changed nothing' };
  if (OWN_SESSION.test(userIdentity.arn)) return { kind: 'none', why: 'a target of Slipway made the call' };
  if (requestParameters?.functionName !== undefined) return named(placesOfFunction(requestParameters.functionName), requestParameters.functionName);
  const arn = requestParameters?.listenerArn ?? requestParameters?.ruleArn;
  return arn === undefined ? { kind: 'none', why: 'it names neither a function nor a listener' } : { kind: 'listener', listener: listenerOf(arn) };
}

/** A rule's ARN is its listener's with another word and one part more. */
const listenerOf = (arn: string): string => (arn.includes(':listener-rule/') ? arn.replace(':listener-rule/', ':listener/').slice(0, arn.replace(':listener-rule/', ':listener/').lastIndexOf('/')) : arn);

const named = (places: readonly Place[], resource: string): Concern => (places.length > 0 ? { kind: 'places', places } : { kind: 'none', why: `"${resource}" is no name that Slipway gives` });

export interface PlatformEventAnswer extends LookedNow {
  /** Why nothing was looked at; null when something was. */
  readonly ignored: string | null;
}

/** Answers what was looked at. An event about nothing of ours changes nothing. */
export const platformEvent = (needs: ReconcileNeeds) => async (event: PlatformEvent): Promise<PlatformEventAnswer> => {
  const concern = concernOf(event);
  if (concern.kind === 'none') return { ignored: concern.why, looked: 0, left: 0 };
  const places = await placesThatAre(needs, concern);
  if (places.length === 0) return { ignored: 'no service of this installation is there', looked: 0, left: 0 };
  return { ignored: null, ...(await lookNow(needs)(places)) };
};

async function placesThatAre(needs: Pick<Ports, 'store'>, concern: Exclude<Concern, { kind: 'none' }>): Promise<Place[]> {
  if (concern.kind === 'places') return (await Promise.all(concern.places.map(async ({ service, environment }) => ((await findDesired(needs.store, service, environment)) === undefined ? [] : [{ service, environment }])))).flat();
  return concern.kind === 'instance' ? placesWithInstance(needs, concern.instance) : placesOnListener(needs, concern.listener);
}

/** Reads every observed state: 16 queries, in all as many units as all observed items have 4 KB. */
async function placesWithInstance(needs: Pick<Ports, 'store'>, instance: string): Promise<Place[]> {
  const found = await Promise.all(shards().map((shard) => list(needs.store, Observed, `observed#${shard}`, '', 100_000)));
  return found.flat().filter(({ value }) => value.instances.some((one) => one.instance === instance)).map(({ value: { service, environment } }) => ({ service, environment }));
}

/** Reads every desired state, as above. */
async function placesOnListener(needs: Pick<Ports, 'store'>, listener: string): Promise<Place[]> {
  const found = await Promise.all(shards().map((shard) => list(needs.store, Desired, `desired#${shard}`, '', 100_000)));
  return found.flat().filter(({ value }) => placeOf(value).settings['listener'] === listener).map(({ value: { service, environment } }) => ({ service, environment }));
}

/** What a revision leaves on the load balancer when it goes. */
import { InvalidInput } from '../../../domain/errors.ts';
import type { RevisionId } from '../../../domain/ids.ts';
import { removeAskedRules } from './asked-rules.ts';
import { deleteGroup, findGroup, type Balancers } from './groups.ts';
import { readRule, removeFromRule, type RulePlace, type RuleWriter } from './rule.ts';
import { percentsOf } from './weights.ts';

/** @throws InvalidInput while traffic goes to the revision */
export async function refuseWeighted(client: Balancers, place: RulePlace, revision: RevisionId): Promise<void> {
  const weight = percentsOf(await readRule(client, place))[revision] ?? 0;
  if (weight > 0) throw new InvalidInput(`${revision} was not retired: ${weight} % of the traffic goes to it. Route it elsewhere first.`, { revision, weight });
}

/** Takes the revision's target group out of the rules, then deletes it: the other way round it is in use. */
export async function removeRevision(writer: RuleWriter, revision: RevisionId): Promise<void> {
  const { service, environment, settings } = writer.place;
  await removeAskedRules(writer);
  const group = await findGroup(writer.client, { service, environment, revision }, settings.listener);
  if (group === undefined) return;
  await removeFromRule(writer, group);
  await deleteGroup(writer.client, writer.change, group);
}

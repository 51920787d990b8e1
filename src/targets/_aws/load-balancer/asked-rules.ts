/**
 * Rules that lead requests with a secret header to one revision, whatever the weights are: for comparing answers. A load balancer takes a
 * new rule after a while, and until then such a request would go by the weights, to the wrong revision unseen. So a rule begins with an answer
 * of the load balancer's own, and leads to the revision only when every address of the load balancer was seen to give that.
 */
import { createHash, randomBytes } from 'node:crypto';
import { CreateRuleCommand, DeleteRuleCommand, ModifyRuleCommand, type Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import { InvalidInput, NotSupported } from '../../../domain/errors.ts';
import type { RevisionId } from '../../../domain/ids.ts';
import { isFault, lookingFor } from '../fault.ts';
import { belongsTo, ownerOf, tagsOf } from '../names.ts';
import { type Balancers, ELB, findGroup, tagsByArn } from './groups.ts';
import { forwardsOf, type RulePlace, rulesOf, type RuleWriter } from './rule.ts';

const HEADER = 'x-slipway-ask';
/** The load balancer's own answer; a fixed response has no headers that could be chosen. */
const NOT_YET = { StatusCode: '503', ContentType: 'text/plain', MessageBody: 'slipway: this rule does not lead to a revision yet' };
export const NOT_YET_DIGEST = createHash('sha256').update(NOT_YET.MessageBody).digest('hex');
/** How often a free priority is looked for again when somebody else took it meanwhile. */
const ATTEMPTS = 4;

export interface AskedRule {
  readonly arn: string;
  readonly revision: RevisionId;
  readonly header: readonly [name: string, value: string];
  /** Leads to its revision already. */
  readonly leads: boolean;
}

const keyOf = (rule: Rule): string | undefined => rule.Conditions?.find(({ Field, HttpHeaderConfig }) => Field === 'http-header' && HttpHeaderConfig?.HttpHeaderName?.toLowerCase() === HEADER)?.HttpHeaderConfig?.Values?.[0];

/** Those of a place. */
export async function askedRules(client: Balancers, place: RulePlace, rules?: readonly Rule[]): Promise<AskedRule[]> {
  const candidates = (rules ?? await rulesOf(client, place.settings.listener)).filter((rule) => rule.RuleArn !== undefined && keyOf(rule) !== undefined);
  if (candidates.length === 0) return [];
  const tags = await tagsByArn(client, candidates.map(({ RuleArn }) => RuleArn ?? ''));
  return candidates.flatMap((rule) => {
    const own = tags.get(rule.RuleArn ?? '') ?? {};
    const revision = belongsTo(own, place) ? ownerOf(own)?.revision : undefined;
    return revision === undefined ? [] : [{ arn: rule.RuleArn ?? '', revision, header: [HEADER, keyOf(rule) ?? ''] as const, leads: forwardsOf(rule).length > 0 }];
  });
}

/** The rule of a revision, made if it is not there. @throws NotSupported where no priority is free before the service's own */
export async function ensureAskedRule(writer: RuleWriter, revision: RevisionId): Promise<AskedRule> {
  const { client, change, place } = writer;
  for (let attempt = 0; ; attempt += 1) {
    const rules = await rulesOf(client, place.settings.listener);
    const found = (await askedRules(client, place, rules)).find((rule) => rule.revision === revision);
    if (found !== undefined) return found;
    const priority = freeBefore(rules, place);
    const value = randomBytes(16).toString('hex');
    const Tags = Object.entries(tagsOf({ service: place.service, environment: place.environment, revision }, place.generation)).map(([Key, Value]) => ({ Key, Value }));
    try {
      const made = await change(ELB, `create the rule ${priority} of ${place.settings.listener}`, () => client.send(new CreateRuleCommand({
        ListenerArn: place.settings.listener, Priority: priority, Tags, Conditions: [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: HEADER, Values: [value] } }], Actions: [{ Type: 'fixed-response', FixedResponseConfig: NOT_YET }],
      })));
      const arn = made.Rules?.[0]?.RuleArn;
      if (arn !== undefined) return { arn, revision, header: [HEADER, value], leads: false };
    } catch (error) {
      if (attempt + 1 >= ATTEMPTS || !(error instanceof Error && isFault(error.cause, 'PriorityInUse'))) throw error;
    }
    if (attempt + 1 >= ATTEMPTS) throw new NotSupported(`No rule could be made before that of ${place.service} on ${place.settings.listener}. Try again when nobody else changes its rules.`);
  }
}

/** The free priority next before the service's own rule: the header alone says which requests are meant, and any place before it would do. */
function freeBefore(rules: readonly Rule[], { service, settings: { listener, rule } }: RulePlace): number {
  const taken = new Set(rules.map(({ Priority }) => Priority));
  for (let priority = rule.priority - 1; priority >= 1; priority -= 1) if (!taken.has(String(priority))) return priority;
  throw new NotSupported(`Answers are compared by rules before that of ${service} on ${listener}, and no priority under ${rule.priority} is free. Give the service a higher one in the setting rule, or leave "parallelRun" and "compare" out.`, { priority: rule.priority });
}

/** @throws InvalidInput for a revision that is not launched */
export async function leadToRevision({ client, change, place }: RuleWriter, rule: AskedRule): Promise<void> {
  const group = await findGroup(client, { service: place.service, environment: place.environment, revision: rule.revision }, place.settings.listener);
  if (group === undefined) throw new InvalidInput(`${rule.revision} has no target group, so it cannot be asked. Launch it first.`, { revision: rule.revision });
  await change(ELB, `change the rule ${rule.arn}`, () => client.send(new ModifyRuleCommand({ RuleArn: rule.arn, Actions: [{ Type: 'forward', TargetGroupArn: group }] })));
}

/** Takes away those of a place, all of them: who compares again makes new ones. */
export async function removeAskedRules({ client, change, place }: RuleWriter): Promise<void> {
  for (const { arn } of await askedRules(client, place)) await change(ELB, `delete the rule ${arn}`, () => lookingFor(ELB, `delete the rule ${arn}`, ['RuleNotFound'], () => client.send(new DeleteRuleCommand({ RuleArn: arn }))));
}

/** May somebody do this? One question for the API, Slack and whatever comes next; the rules are the domain's. */
import { Forbidden } from '../domain/errors.ts';
import type { EnvironmentName, ServiceName } from '../domain/ids.ts';
import { access, OWNER, type AccessRules, type Action, type Where } from '../domain/roles.ts';
import { Service } from '../domain/service.ts';
import type { Ports } from '../ports/index.ts';
import { pendingApprovals } from './decide.ts';
import { read } from './state/documents.ts';
import { serviceKey } from './state/keys.ts';

/** The rules in force. The owner needs none, and so can mend an environments.yaml with mistakes. */
export const rulesFor = async (needs: Pick<Ports, 'environments'>, identity: string): Promise<AccessRules> => (identity === OWNER ? { groups: [] } : needs.environments.read());

/** @throws Forbidden with the reason */
export const authorize = (needs: Pick<Ports, 'environments'>) => async (identity: string, action: Action, where: Where): Promise<void> => {
  const ruling = access(await rulesFor(needs, identity), identity, action, where);
  if (!ruling.allowed) throw new Forbidden(`Not allowed: ${ruling.reason}.`, { identity, action });
};

/** A service that is not known belongs to no team: only roles for all teams reach it, and then hear that it is not there. */
export const placeOf = async (needs: Pick<Ports, 'store'>, service: ServiceName, environments: readonly string[]): Promise<Where> => {
  const known = await read(needs.store, Service, serviceKey(service));
  return { kind: 'place', team: known?.value.team ?? '', environments };
};

/** Without an environment it is where the one request waits: the rule of the request itself still names who may decide. */
export const placeOfDecision = async (needs: Pick<Ports, 'store'>, service: ServiceName, environment: EnvironmentName | undefined): Promise<Where> => {
  const waiting = environment === undefined ? await pendingApprovals(needs, service) : [];
  return placeOf(needs, service, environment === undefined ? waiting.map(({ approval }) => approval.value.subject.environment) : [environment]);
};

/** What whoever is logged in may do, so that a button can say why it is not for them. The server decides; this only explains. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { roleActions } from 'virtual:api';
import type { Approval, Me } from './operations.ts';

export interface Where {
  readonly team: string;
  /** All of them must be covered. */
  readonly environments: readonly string[];
}

export type May = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };
const YES: May = { allowed: true };
const no = (reason: string): May => ({ allowed: false, reason });

export const MeContext = createContext<Me | null>(null);
export const useMe = (): Me | null => useContext(MeContext);

const rolesWith = (action: string): string => Object.keys(roleActions).filter((role) => roleActions[role]?.includes(action) === true).join(' or ');

/** As src/domain/roles.ts rules; the console's tests hold both equal. */
export function mayDo(me: Me | null, action: string, where: Where): May {
  if (me === null) return no('Log in first.');
  const fitting = me.grants.filter(({ role }) => roleActions[role]?.includes(action) === true);
  if (fitting.length === 0) return no(`${me.identity} may not ${action}: that needs the role ${rolesWith(action)}.`);
  const own = fitting.filter(({ teams }) => teams === undefined || teams.includes(where.team));
  const covered = (environment: string) => own.some(({ environments }) => environments === undefined || environments.some((name) => name === environment));
  const isCovered = where.environments.length === 0 ? own.length > 0 : where.environments.every(covered);
  return isCovered ? YES : no(`${me.identity} may ${action}, but not for services of the team ${where.team}${where.environments.length === 0 ? '' : ` in ${where.environments.join(', ')}`}.`);
}

/** A decision needs the role, and the rule of the request itself names who may decide. */
export function mayDecide(me: Me | null, team: string, approval: Approval, decision: 'approve' | 'reject', now: number): May {
  const { rule, subject, status, author, decisions } = approval;
  if (status.kind !== 'waiting') return no(`This request is ${status.kind} already.`);
  if (now >= approval.expiresAt) return no('This request has expired.');
  const may = mayDo(me, 'decide', { team, environments: [subject.environment] });
  if (!may.allowed || me === null) return may;
  if (!rule.approvers.some((name) => name === me.identity)) return no(`${me.identity} may not decide here; those who may: ${rule.approvers.join(', ') || 'nobody, name approvers in slipway.yaml or environments.yaml'}.`);
  if (decision === 'approve' && me.identity === author && !rule.authorMayApprove) return no(`${me.identity} is the author of this release, and another must approve.`);
  if (decision === 'approve' && decisions.some(({ by }) => by === me.identity)) return no(`${me.identity} has approved already; ${rule.count} different people must.`);
  return YES;
}

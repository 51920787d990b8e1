/** Decisions: what waits, and what somebody says. */
import { decide, pendingApprovals } from '../app/decide.ts';
import { placeOfDecision } from '../app/authorize.ts';
import * as operations from '../contracts/api/approvals.ts';
import type { Approval } from '../domain/approval.ts';
import { anywhere, filtered, teams } from './access.ts';
import { bind } from './serve.ts';

export const approvalBindings = [
  bind(operations.listApprovals, anywhere, async (ports, { sees }) => {
    const teamOf = teams(ports);
    const waiting = (await pendingApprovals(ports)).map(({ approval }) => shown(approval.value));
    return { value: await filtered(waiting, async ({ subject }) => sees(await teamOf(subject.service), subject.environment)) };
  }),
  bind(operations.decide, (ports, { body }) => placeOfDecision(ports, body.service, body.environment), async (ports, { body, by }) => ({ value: shown(await decide(ports)({ ...body, by })) })),
];

/** The token never leaves towards people. */
const shown = ({ token: _token, ...approval }: Approval) => approval;

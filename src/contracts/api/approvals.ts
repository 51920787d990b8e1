/** Requests for a decision. */
import * as z from 'zod';
import { Approval as StoredApproval } from '../../domain/approval.ts';
import { EnvironmentName, ServiceName } from '../../domain/ids.ts';
import { operation } from './operation.ts';

/** The task token never leaves towards people. */
export const Approval = StoredApproval.omit({ token: true });
export type Approval = z.infer<typeof Approval>;

const tag = 'Decisions';
export const listApprovals = operation({ id: 'listApprovals', method: 'GET', path: '/v1/approvals', tag, action: 'view', summary: 'What waits for a decision, with what it shows', answer: z.array(Approval) });

export const decide = operation({
  id: 'decide', method: 'POST', path: '/v1/decisions', tag, action: 'decide', answer: Approval,
  summary: 'Approves or rejects what waits. `binding` is what the request showed; a decision for something else is refused',
  body: z.strictObject({
    service: ServiceName, environment: EnvironmentName.optional(), decision: z.enum(['approve', 'reject']), comment: z.string().max(1000).default(''),
    binding: z.string().regex(/^[0-9a-f]{16}$/).optional(),
  }),
});

/** An approval that waits; a test states only what matters to it. */
import { Approval, bindingOf, type ApprovalSubject } from '../../src/domain/approval.ts';

export const SUBJECT = {
  service: 'catalog', environment: 'production', deployment: 'catalog-12-production', version: '1.2.0', digest: `sha256:${'a'.repeat(64)}`,
  planHash: 'b'.repeat(64), question: 'May it?', checklist: [], evidence: { tests: [] }, url: null,
};

export function approval(parts: { rule?: Record<string, unknown>; subject?: Record<string, unknown>; [field: string]: unknown } = {}): Approval {
  const { rule, subject, ...rest } = parts;
  const shown = { ...SUBJECT, ...subject };
  return Approval.parse({
    id: 'catalog-12-production-approval', subject: shown, binding: bindingOf(shown as unknown as ApprovalSubject), author: 'ben', token: 't', requestedAt: 0, expiresAt: 1000, decisions: [], status: { kind: 'waiting' },
    rule: { approvers: ['anna', 'ben', 'carla'], ...rule }, ...rest,
  });
}

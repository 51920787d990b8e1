/** What an approval approves. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical.ts';
import type { Plan } from '../plan.ts';

/** sha256 over the plan's canonical JSON, 64 hexadecimal digits: equal plans have equal hashes, whatever the order of their fields. */
export function planHash(plan: Plan): string {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex');
}

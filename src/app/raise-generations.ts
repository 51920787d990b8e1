/**
 * After the table was restored to an earlier moment: every generation is raised past all that targets may have seen since, so that what was
 * decided after that moment never wins, and what is desired now does. Each raise is an audit item.
 */
import { Generation, type Identity } from '../domain/ids.ts';
import { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { creating, findDesired, list, replacing, untilWritten } from './state/documents.ts';
import { auditKey, shards } from './state/keys.ts';
import type { AuditEntry } from './state/desire.ts';

/** Answers how many places it raised. */
export const raiseGenerations = (needs: Pick<Ports, 'store' | 'clock'>) => async ({ steps, by }: { steps: number; by: Identity }): Promise<number> => {
  let raised = 0;
  for (const shard of shards()) {
    for (const { value: { service, environment } } of await list(needs.store, Desired, `desired#${shard}`, '', 100_000)) {
      await untilWritten(async () => {
        const current = await findDesired(needs.store, service, environment);
        if (current === undefined) return;
        const after: Desired = { ...current.value, generation: Generation.parse(current.value.generation + steps), changedAt: needs.clock.now(), changedBy: by };
        const entry: AuditEntry = { at: after.changedAt, by, why: `restored: the generation was raised by ${steps}`, generation: after.generation, commit: null, before: current.value, after };
        await needs.store.transact([replacing(current, after), creating(auditKey(service, environment, current.generation + 1), entry)]);
        raised += 1;
      });
    }
  }
  return raised;
};

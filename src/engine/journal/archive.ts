/** Reading the journal: executions, histories, what is still running; and pruning what is over. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Execution, ExecutionStatus, HistoryEvent } from '../../ports/orchestrator.ts';
import type { Branch, ExecutionState } from '../state.ts';

/** Step Functions keeps a name taken for 90 days. */
export const NAME_KEPT_MS = 90 * 24 * 60 * 60 * 1000;

export interface Known { readonly id: number; readonly status: ExecutionStatus | 'PRUNED'; readonly inputHash: string; readonly parent?: string }
export interface Running { readonly id: number; readonly definition: string; readonly parent: string | undefined; readonly state: ExecutionState }
export interface ListFilter { readonly machine?: string; readonly status?: ExecutionStatus; /** 1 to 1000; 100 if not given. */ readonly limit?: number; /** Only those that started before, in ms since the epoch. */ readonly startedBefore?: number }

type Head = Omit<ExecutionState, 'branches'>;
type Row = Record<string, SQLOutputValue>;

/** A column that is TEXT in a STRICT table. */
const textOf = (value: SQLOutputValue | undefined): string => (typeof value === 'string' ? value : '');

const headOf = (row: Row): Head => ({ ...(JSON.parse(String(row['head'])) as Head), input: JSON.parse(String(row['input'])) as unknown });

const executionOf = (row: Row): Execution => {
  const { machine, name, status, startedAt, stoppedAt, input, trace, output, error, cause } = headOf(row);
  return { machine, name, status, startedAt, input, ...(trace === undefined ? {} : { trace }), ...(stoppedAt === undefined ? {} : { stoppedAt }), ...(output === undefined ? {} : { output }), ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
};

const eventOf = (row: Row): HistoryEvent => ({
  id: Number(row['id']), previousId: Number(row['previous']), at: Number(row['at']), type: String(row['type']),
  ...(row['state'] === null ? {} : { state: textOf(row['state']) }),
  ...(row['detail'] === null ? {} : { detail: JSON.parse(textOf(row['detail'])) as unknown }),
});

export const createArchive = (database: DatabaseSync) => {
  const byName = database.prepare('SELECT id, status, input, input_hash, parent, head FROM executions WHERE machine = ? AND name = ?');
  const tombstone = database.prepare('SELECT input_hash FROM tombstones WHERE machine = ? AND name = ?');
  const events = database.prepare('SELECT h.* FROM history h JOIN executions e ON e.id = h.execution WHERE e.machine = ? AND e.name = ? AND h.id > ? ORDER BY h.id LIMIT ?');
  const saveDefinition = database.prepare('INSERT OR IGNORE INTO definitions (hash, body) VALUES (?, ?)');
  const definition = database.prepare('SELECT body FROM definitions WHERE hash = ?');
  const definitionBy = database.prepare('SELECT d.body FROM definitions d JOIN executions e ON e.definition = d.hash WHERE e.machine = ? AND e.name = ?');
  const listing = database.prepare('SELECT input, head FROM executions WHERE (?1 IS NULL OR machine = ?1) AND (?2 IS NULL OR status = ?2) AND started_at < ?3 ORDER BY started_at DESC, id DESC LIMIT ?4');
  return {
    known: (machine: string, name: string): Known | undefined => {
      const row = byName.get(machine, name);
      if (row !== undefined) return { id: Number(row['id']), status: String(row['status']) as ExecutionStatus, inputHash: String(row['input_hash']), ...(row['parent'] === null ? {} : { parent: String(row['parent']) }) };
      const grave = tombstone.get(machine, name);
      return grave === undefined ? undefined : { id: 0, status: 'PRUNED', inputHash: String(grave['input_hash']) };
    },
    describe: (machine: string, name: string): Execution | undefined => {
      const row = byName.get(machine, name);
      return row === undefined ? undefined : executionOf(row);
    },
    history: (machine: string, name: string, after: number, limit: number): HistoryEvent[] => events.all(machine, name, after, limit).map(eventOf),
    list: ({ machine, status, limit = 100, startedBefore = Number.MAX_SAFE_INTEGER }: ListFilter): Execution[] =>
      listing.all(machine ?? null, status ?? null, startedBefore, Math.min(Math.max(limit, 1), 1000)).map((row) => executionOf(row)),
    saveDefinition: (hash: string, body: string): void => { saveDefinition.run(hash, body); },
    definition: (hash: string): string | undefined => { const row = definition.get(hash); return row === undefined ? undefined : String(row['body']); },
    definitionOf: (machine: string, name: string): unknown => { const row = definitionBy.get(machine, name); return row === undefined ? undefined : (JSON.parse(String(row['body'])) as unknown); },
    lastId: (): number => Number(database.prepare('SELECT coalesce(max(id), 0) AS id FROM executions').get()!['id']),
    running: (): Running[] => {
      const branches = database.prepare('SELECT body FROM branches WHERE execution = ?');
      return database.prepare("SELECT id, definition, input, parent, head FROM executions WHERE status = 'RUNNING' ORDER BY id").all().map((row) => ({
        id: Number(row['id']), definition: String(row['definition']), parent: row['parent'] === null ? undefined : String(row['parent']),
        state: { ...headOf(row), branches: new Map(branches.all(Number(row['id'])).map((one) => JSON.parse(String(one['body'])) as Branch).map((branch) => [branch.id, branch])) },
      }));
    },
    /** Forgets executions that stopped before this time (ms since the epoch); their names stay taken for 90 days. Answers how many. */
    prune: (before: number, now: number): number => {
      database.exec('BEGIN IMMEDIATE');
      try {
        database.prepare("INSERT OR REPLACE INTO tombstones (machine, name, input_hash, stopped_at) SELECT machine, name, input_hash, stopped_at FROM executions WHERE status <> 'RUNNING' AND stopped_at < ?").run(before);
        database.prepare("DELETE FROM history WHERE execution IN (SELECT id FROM executions WHERE status <> 'RUNNING' AND stopped_at < ?)").run(before);
        const { changes } = database.prepare("DELETE FROM executions WHERE status <> 'RUNNING' AND stopped_at < ?").run(before);
        database.prepare('DELETE FROM tombstones WHERE stopped_at < ?').run(now - NAME_KEPT_MS);
        database.prepare('DELETE FROM definitions WHERE hash NOT IN (SELECT definition FROM executions)').run();
        database.exec('COMMIT');
        return Number(changes);
      } catch (thrown) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw thrown;
      }
    },
  };
};
export type Archive = ReturnType<typeof createArchive>;

/** Reads of the SQLite store. Rows are parsed: the file is an edge like any other. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import * as z from 'zod';
import type { Item, ItemKey, QueryResult } from '../../../ports/item-store.ts';
import { type CheckedQuery, nextToken } from '../../item-store-rules/paging.ts';
import { createValues } from './values.ts';

const Row = z.object({ partition: z.string(), sort: z.string(), generation: z.int().min(1), value: z.string(), expires_at_seconds: z.int().nullable() });

const COLUMNS = 'partition, sort, generation, value, expires_at_seconds';

function itemOf<T>(raw: unknown, valueOf: (text: string) => unknown): Item<T> {
  const row = Row.parse(raw);
  const item = { partition: row.partition, sort: row.sort, generation: row.generation, value: valueOf(row.value) as T };
  return row.expires_at_seconds === null ? item : { ...item, expiresAtSeconds: row.expires_at_seconds };
}

/**
 * The first text after all texts with this prefix, in the order of UTF-8 bytes, which is that of code points; undefined
 * when there is none. A range uses the primary key's index and knows no wildcards, other than LIKE or GLOB.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10_ff_ff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are no characters of their own and have no UTF-8.
  return String.fromCodePoint(...points, last === 0xd7_ff ? 0xe0_00 : last + 1);
}

export interface Reads {
  get<T>(key: ItemKey): Item<T> | undefined;
  query<T>(query: CheckedQuery): QueryResult<T>;
}

export function createReads(db: DatabaseSync): Reads {
  const one = db.prepare(`SELECT ${COLUMNS} FROM items WHERE partition = ? AND sort = ?`);
  const statements = new Map<string, StatementSync>();
  const valueOf = createValues();
  // One lower and one upper bound at most: SQLite would use only one of two for its search, and scan past the other.
  const rowsOf = ({ partition, prefix, order, limit, afterSort }: CheckedQuery): readonly unknown[] => {
    const up = order === 'ascending';
    const lower = up && afterSort !== undefined ? { sql: 'sort > ?', text: afterSort } : { sql: 'sort >= ?', text: prefix };
    const upper = !up && afterSort !== undefined ? afterSort : afterPrefix(prefix);
    const sql = `SELECT ${COLUMNS} FROM items WHERE partition = ? AND ${lower.sql}${upper === undefined ? '' : ' AND sort < ?'} ORDER BY sort ${up ? 'ASC' : 'DESC'} LIMIT ?`;
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    // One more than asked for tells whether there are more.
    return upper === undefined ? statement.all(partition, lower.text, limit + 1) : statement.all(partition, lower.text, upper, limit + 1);
  };
  return {
    get: <T>(key: ItemKey) => {
      const row = one.get(key.partition, key.sort);
      return row === undefined ? undefined : itemOf<T>(row, valueOf);
    },
    query: <T>(query: CheckedQuery) => {
      const rows = rowsOf(query);
      const items = rows.slice(0, query.limit).map((row) => itemOf<T>(row, (text) => JSON.parse(text) as unknown));
      const last = items.at(-1);
      return rows.length > query.limit && last !== undefined ? { items, next: nextToken(query, last.sort), consistency: 'strong' } : { items, consistency: 'strong' };
    },
  };
}

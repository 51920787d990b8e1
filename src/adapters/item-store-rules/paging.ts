/** Pages of a query: what is asked for, and the opaque token that continues it. */
import * as z from 'zod';
import { InvalidInput } from '../../domain/errors.ts';
import type { Page } from '../../ports/item-store.ts';
import { PARTITION_BYTES_MAX, SORT_BYTES_MAX } from './checked-writes.ts';

export const PAGE_ITEMS_MAX = 1000;
/** Two keys and a prefix, each escaped by JSON (six characters for one byte at worst), then base64. */
const TOKEN_CHARACTERS_MAX = 32_768;

const Order = z.enum(['ascending', 'descending']);
const Token = z.tuple([z.string(), z.string(), Order, z.string().min(1)]);

/** A query that keeps the port's limits. `afterSort` is the sort key of the last item already seen. */
export interface CheckedQuery {
  readonly partition: string;
  readonly prefix: string;
  readonly order: 'ascending' | 'descending';
  readonly limit: number;
  readonly afterSort: string | undefined;
}

function parseToken(after: string): z.infer<typeof Token> {
  const refusal = 'The page token is not one that this store gave. Pass `next` of the page before, unchanged.';
  if (after.length > TOKEN_CHARACTERS_MAX) throw new InvalidInput(refusal);
  try {
    return Token.parse(JSON.parse(Buffer.from(after, 'base64url').toString('utf8')));
  } catch (error) {
    throw new InvalidInput(refusal, {}, { cause: error });
  }
}

/** The token that continues a query after the item with this sort key. */
export const nextToken = (query: CheckedQuery, lastSort: string): string =>
  Buffer.from(JSON.stringify([query.partition, query.prefix, query.order, lastSort])).toString('base64url');

/** @throws InvalidInput for a sort key that no item of the query could have */
function checkBehind(prefix: string, behind: string | undefined): string | undefined {
  if (behind === undefined || (behind !== '' && behind.isWellFormed() && Buffer.byteLength(behind) <= SORT_BYTES_MAX && behind.startsWith(prefix))) return behind;
  throw new InvalidInput(`A query cannot begin behind a sort key that does not begin with its prefix, or has not 1 to ${SORT_BYTES_MAX} bytes.`);
}

/** @throws InvalidInput for a limit outside 1 to 1000, a key out of range, or a token of another query */
export function checkQuery(partition: string, prefix: string, page: Page): CheckedQuery {
  if (!Number.isInteger(page.limit) || page.limit < 1 || page.limit > PAGE_ITEMS_MAX) throw new InvalidInput(`A page of ${page.limit} items was asked for. Ask for 1 to ${PAGE_ITEMS_MAX}.`);
  const fits = (text: string, maxBytes: number): boolean => text.isWellFormed() && Buffer.byteLength(text) <= maxBytes;
  if (partition === '' || !fits(partition, PARTITION_BYTES_MAX) || !fits(prefix, SORT_BYTES_MAX)) {
    throw new InvalidInput(`A query needs a partition of 1 to ${PARTITION_BYTES_MAX} bytes and a prefix of at most ${SORT_BYTES_MAX}, both well-formed text.`);
  }
  const order = Order.safeParse(page.order ?? 'ascending');
  if (!order.success) throw new InvalidInput(`The order ${String(page.order)} is unknown. Use ascending or descending.`);
  if (page.after === undefined) return { partition, prefix, order: order.data, limit: page.limit, afterSort: checkBehind(prefix, page.behind) };
  if (page.behind !== undefined) throw new InvalidInput('A page token and a sort key to begin behind were given. The token goes on by itself: pass it alone.');
  const [tokenPartition, tokenPrefix, tokenOrder, afterSort] = parseToken(page.after);
  if (tokenPartition !== partition || tokenPrefix !== prefix || tokenOrder !== order.data || !afterSort.startsWith(prefix)) {
    throw new InvalidInput('The page token belongs to another query. Use it with the partition, prefix and order that gave it.');
  }
  return { partition, prefix, order: order.data, limit: page.limit, afterSort };
}

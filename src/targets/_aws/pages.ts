/** Lists that come in pages, and calls that take so many at once. */
import { LimitExceeded } from '../../domain/errors.ts';

/** So many pages are read of one list: an answer that never ends is a fault, and memory has an end. */
const PAGES_MAX = 1000;

/** Reads all pages. @throws LimitExceeded for a list without an end */
export async function allPages<T>(read: (token: string | undefined) => Promise<{ readonly items: readonly T[]; readonly next: string | undefined }>): Promise<T[]> {
  const items: T[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await read(token);
    items.push(...answer.items);
    if (answer.next === undefined || answer.next === '') return items;
    token = answer.next;
  }
  throw new LimitExceeded(`A list of AWS had more than ${PAGES_MAX} pages, so it was not read to its end. Spread the services over more clusters or accounts.`);
}

export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}

/** Runs `work` on each item, `atOnce` of them at the same time: control planes take only so many calls a second. */
export async function mapLimited<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

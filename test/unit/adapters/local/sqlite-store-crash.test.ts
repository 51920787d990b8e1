import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../../../src/adapters/local/sqlite-store.ts';
import type { ItemStore } from '../../../../src/ports/item-store.ts';
import { fakeClock } from '../../../fakes/clock.ts';

const WRITER = join(import.meta.dirname, 'store-writer.ts');

/** Runs the writer until it has acknowledged so many transactions, kills it with SIGKILL, and answers the acknowledged ones. */
async function writeUntilKilled(path: string, acknowledgedMin: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > acknowledgedMin) child.kill('SIGKILL');
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  // A last line without its end was cut off while being printed.
  return output.split('\n').slice(0, -1);
}

async function namesIn(store: ItemStore, partition: string): Promise<Set<string>> {
  const names = new Set<string>();
  let after: string | undefined;
  do {
    const page = await store.query(partition, '', after === undefined ? { limit: 1000 } : { limit: 1000, after });
    for (const { sort } of page.items) names.add(sort);
    after = page.next;
  } while (after !== undefined);
  return names;
}

describe('a process that is killed while it writes', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'slipway-crash-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it.each([1, 40, 333])('keeps every acknowledged transaction and none in half, killed after %p', async (acknowledgedMin) => {
    const path = join(directory, 'store.db');
    const acknowledged = await writeUntilKilled(path, acknowledgedMin);
    expect(acknowledged.length).toBeGreaterThanOrEqual(acknowledgedMin);
    const store = openSqliteStore({ path, clock: fakeClock() });
    try {
      const [left, right] = [await namesIn(store, 'left'), await namesIn(store, 'right')];
      expect(acknowledged.filter((name) => !left.has(name))).toEqual([]);
      expect([...left].sort()).toEqual([...right].sort());
      expect(store.integrity()).toEqual([]);
    } finally {
      await store.close();
    }
  });
});

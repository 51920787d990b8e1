/** Whoever reads much gives others their turn. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTurn } from '../../../../src/adapters/local/sqlite-store/turn.ts';
import { openSqliteStore, type SqliteStore } from '../../../../src/adapters/local/sqlite-store.ts';
import { fakeClock } from '../../../fakes/clock.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const spent = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

describe('createTurn', () => {
  it('goes on at once for five milliseconds, then waits for the next turn, which begins anew', async () => {
    let now = 0;
    const turn = createTurn(() => now);
    expect(turn.share()).toBeUndefined();
    now = 4.9;
    expect(turn.share()).toBeUndefined();
    now = 5;
    const waited = turn.share();
    expect(waited).toBeInstanceOf(Promise);
    await waited;
    expect(turn.share()).toBeUndefined();
    now = 9.9;
    expect(turn.share()).toBeUndefined();
  });

  it('counts from the first read of a turn, however long nobody read', async () => {
    let now = 0;
    const turn = createTurn(() => now);
    expect(turn.share()).toBeUndefined();
    await nextTurn();
    now = 1000;
    expect(turn.share()).toBeUndefined();
  });
});

describe('the store of one machine', () => {
  let work: string;
  let store: SqliteStore;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'slipway-turn-'));
    store = openSqliteStore({ path: join(work, 'state.db'), clock: fakeClock() });
  });
  afterEach(async () => {
    await store.close();
    rmSync(work, { recursive: true, force: true });
  });

  it('lets others have many turns while a long series of reads goes on', async () => {
    await store.transact([{ kind: 'put', key: { partition: 'p', sort: 's' }, value: { text: 'x'.repeat(1000) }, condition: { absent: true } }]);
    let turns = 0;
    let next: NodeJS.Immediate | undefined;
    const count = (): void => {
      turns += 1;
      next = setImmediate(count);
    };
    count();
    // By the processor's time: while others have the processor nobody has a turn, and no five milliseconds of reads go by.
    for (const begun = process.cpuUsage(); spent(begun) < 50_000;) {
      await store.get({ partition: 'p', sort: 's' });
      await store.query('p', '', { limit: 1 });
    }
    clearImmediate(next);
    expect(turns).toBeGreaterThan(3);
  });
});

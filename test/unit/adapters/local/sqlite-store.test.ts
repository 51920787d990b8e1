import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type SqliteStore, openSqliteStore } from '../../../../src/adapters/local/sqlite-store.ts';
import { afterPrefix } from '../../../../src/adapters/local/sqlite-store/read.ts';
import type { Write } from '../../../../src/ports/item-store.ts';
import { fakeClock } from '../../../fakes/clock.ts';

const put = (sort: string, value: unknown, expiresAtSeconds?: number): Write => ({
  kind: 'put',
  key: { partition: 'p', sort },
  value,
  condition: { absent: true },
  ...(expiresAtSeconds === undefined ? {} : { expiresAtSeconds }),
});
const sorts = async (store: SqliteStore) => (await store.query('p', '', { limit: 1000 })).items.map(({ sort }) => sort);
const outcomes = async (work: readonly Promise<unknown>[]) => (await Promise.allSettled(work)).map((one) => (one.status === 'fulfilled' ? 'kept' : (one.reason as Error).name));

let directory: string;
let path: string;
const opened: SqliteStore[] = [];
const openStore = (options: Partial<Parameters<typeof openSqliteStore>[0]> = {}): SqliteStore => {
  const store = openSqliteStore({ path, clock: fakeClock(), ...options });
  opened.push(store);
  return store;
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slipway-store-'));
  path = join(directory, 'state', 'store.db');
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await rm(directory, { recursive: true });
});

describe('the file', () => {
  it('is private, with its log, in a private directory', async () => {
    const store = openStore();
    await store.transact([put('a', 1)]);
    const modeOf = (name: string) => (statSync(name).mode & 0o777).toString(8);
    expect([modeOf(join(directory, 'state')), modeOf(path), modeOf(`${path}-wal`), modeOf(`${path}-shm`)]).toEqual(['700', '600', '600', '600']);
  });

  it('keeps everything over close and open, and close commits what waits', async () => {
    const first = openStore();
    const unawaited = first.transact([put('a', { n: 1 })]);
    await first.close();
    await first.close();
    await unawaited;
    expect((await openStore().get({ partition: 'p', sort: 'a' }))?.value).toEqual({ n: 1 });
  });

  it('refuses work once closed', async () => {
    const store = openStore();
    await store.close();
    expect(await outcomes([store.get({ partition: 'p', sort: 'a' }), store.transact([put('a', 1)]), store.sweep()])).toEqual(['ProviderUnavailable', 'ProviderUnavailable', 'ProviderUnavailable']);
    expect(() => store.integrity()).toThrow('is closed');
  });

  it('can be read by another process while it is open', async () => {
    const store = openStore();
    await store.transact([put('a', 1)]);
    const script = `const db = new (require('node:sqlite').DatabaseSync)(process.argv[1], { readOnly: true }); process.stdout.write(JSON.stringify(db.prepare('SELECT sort FROM items').all()))`;
    const child = spawnSync(process.execPath, ['-e', script, path], { encoding: 'utf8' });
    expect(child.stdout).toBe('[{"sort":"a"}]');
  });

  it('syncs its log at every commit', async () => {
    // Asserts the pragma that durability rests on; what it does at a power cut cannot be tried here.
    const executed: string[] = [];
    const exec = DatabaseSync.prototype.exec;
    DatabaseSync.prototype.exec = function spied(this: DatabaseSync, sql: string) {
      executed.push(sql);
      exec.call(this, sql);
    };
    try {
      openStore();
    } finally {
      DatabaseSync.prototype.exec = exec;
    }
    expect(executed.join(';')).toMatch(/journal_mode = WAL; PRAGMA synchronous = FULL/);
  });
});

describe('a file that is no store', () => {
  it('is refused when it is no database, and left as it was', async () => {
    path = join(directory, 'text.db');
    writeFileSync(path, 'this is not a database, but it is long enough to look at '.repeat(100));
    expect(() => openStore()).toThrow(expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining('damaged or no database') }));
    expect(statSync(path).size).toBe(5700);
  });

  it("is refused when it is somebody else's database", () => {
    path = join(directory, 'other.db');
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE t (a)');
    other.close();
    expect(() => openStore()).toThrow(expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining('not an item store') }));
  });

  it('is refused when a newer program wrote it', async () => {
    await openStore().close();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 2');
    db.close();
    expect(() => openStore()).toThrow(expect.objectContaining({ name: 'NotSupported' }));
  });

  it('is refused when pages inside are damaged or its end is gone', async () => {
    const store = openStore();
    await store.transact(Array.from({ length: 100 }, (_, i) => put(`${i}`, 'x'.repeat(2000))));
    await store.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(4096 * 4, 0xa5), 0, 4096 * 4, 4096 * 5);
    await file.close();
    expect(() => openStore()).toThrow(expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining('damaged') }));
    truncateSync(path, 4096 * 9);
    expect(() => openStore()).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });
});

describe('transactions that share a commit', () => {
  it('fail alone, and see those asked for before them', async () => {
    const store = openStore();
    const work = [store.transact([put('a', 1)]), store.transact([put('b', 1), put('a', 2)]), store.transact([put('c', 1)]), store.transact([{ kind: 'check', key: { partition: 'p', sort: 'c' }, condition: { generation: 1 } }])];
    expect(await outcomes(work)).toEqual(['kept', 'Conflict', 'kept', 'kept']);
    expect(await sorts(store)).toEqual(['a', 'c']);
  });

  it('leave nothing of one that fails after its first write, and keep the others', async () => {
    const store = openStore();
    const other = new DatabaseSync(path);
    other.exec("CREATE TRIGGER refuse BEFORE INSERT ON items WHEN new.sort = 'refused' BEGIN SELECT RAISE(ABORT, 'refused'); END");
    other.close();
    const work = [store.transact([put('a', 1)]), store.transact([put('half', 1), put('refused', 1)]), store.transact([put('c', 1)])];
    expect(await outcomes(work)).toEqual(['kept', 'ProviderUnavailable', 'kept']);
    expect(await sorts(store)).toEqual(['a', 'c']);
  });

  it('need one commit for many, and are not told before it', async () => {
    const commands: string[] = [];
    const exec = DatabaseSync.prototype.exec;
    DatabaseSync.prototype.exec = function spied(this: DatabaseSync, sql: string) {
      exec.call(this, sql);
      commands.push(sql);
    };
    try {
      const store = openStore();
      commands.length = 0;
      await Promise.all(Array.from({ length: 200 }, (_, i) => store.transact([put(`${i}`, i)]).then(() => commands.push('told'))));
    } finally {
      DatabaseSync.prototype.exec = exec;
    }
    expect(commands.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    expect(commands.indexOf('COMMIT')).toBeLessThan(commands.indexOf('told'));
  });

  it('are all there when there are more than one commit takes', async () => {
    const store = openStore();
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => store.transact([put(`${i}`, i)])));
    expect((await store.query('p', '', { limit: 1000 })).items).toHaveLength(1000);
    expect(await store.get({ partition: 'p', sort: '1199' })).toMatchObject({ value: 1199 });
  });

  it('are all refused when the commit itself fails, also one that had lost against another of them', async () => {
    const store = openStore();
    await store.transact([put('before', 1)]);
    const exec = DatabaseSync.prototype.exec;
    DatabaseSync.prototype.exec = function failing(this: DatabaseSync, sql: string) {
      if (sql === 'COMMIT') throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
      exec.call(this, sql);
    };
    const work = [store.transact([put('a', 1)]), store.transact([put('a', 2)]), store.transact([put('b', 1)])];
    const seen = await outcomes(work).finally(() => {
      DatabaseSync.prototype.exec = exec;
    });
    expect(seen).toEqual(['StorageFull', 'StorageFull', 'StorageFull']);
    expect(await sorts(store)).toEqual(['before']);
    await store.transact([put('after', 1)]);
    expect(await sorts(store)).toEqual(['after', 'before']);
  });

  it('are refused, retryably, while another process holds the write lock', async () => {
    const store = openStore();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect(await outcomes([store.transact([put('a', 1)])])).toEqual(['ProviderUnavailable']);
    other.exec('ROLLBACK');
    other.close();
    await store.transact([put('a', 1)]);
  });
});

describe('a full store', () => {
  it('refuses what does not fit with StorageFull, keeps all it had, and takes writes again once there is room', async () => {
    const store = openStore({ maxBytes: 1024 * 1024 });
    const kept: string[] = [];
    const refused: unknown[] = [];
    for (let i = 0; refused.length === 0 && i < 100; i += 1) {
      const pair = [put(`${i}-left`, 'x'.repeat(20_000)), put(`${i}-right`, 'x'.repeat(20_000))];
      await store.transact(pair).then(() => kept.push(`${i}-left`, `${i}-right`), (error: unknown) => refused.push(error));
    }
    expect(refused).toEqual([expect.objectContaining({ name: 'StorageFull' })]);
    expect(kept.length).toBeGreaterThan(10);
    expect(await sorts(store)).toEqual([...kept].sort());
    expect(store.integrity()).toEqual([]);
    await store.transact([{ kind: 'delete', key: { partition: 'p', sort: '0-left' }, condition: { generation: 1 } }]);
    await store.transact([put('again', 'x'.repeat(10_000))]);
  });

  it('tells each of many that share a commit the truth', async () => {
    const store = openStore({ maxBytes: 512 * 1024 });
    const work = Array.from({ length: 60 }, (_, i) => store.transact([put(String(i).padStart(2, '0'), 'x'.repeat(20_000))]));
    const told = await outcomes(work);
    expect(told).toContain('StorageFull');
    expect(told.filter((outcome) => outcome === 'kept').length).toBeGreaterThan(10);
    const kept = told.flatMap((outcome, i) => (outcome === 'kept' ? [String(i).padStart(2, '0')] : []));
    expect(await sorts(store)).toEqual(kept);
    expect(store.integrity()).toEqual([]);
  });
});

describe('the sweep', () => {
  it('removes only what the clock says is over, in batches, and get shows an item until then', async () => {
    const clock = fakeClock(1_000_000_000);
    const store = openStore({ clock });
    for (let i = 0; i < 1_300; i += 100) await store.transact(Array.from({ length: 100 }, (_, j) => put(`old-${i + j}`, 1, 1_000_000)));
    await store.transact([put('later', 1, 1_000_001), put('ever', 1)]);
    expect(await store.sweep()).toBe(0);
    clock.advance(1_000);
    expect(await store.get({ partition: 'p', sort: 'old-0' })).toBeDefined();
    expect(await store.sweep()).toBe(1_300);
    expect(await sorts(store)).toEqual(['ever', 'later']);
    clock.advance(1_000);
    expect(await store.sweep()).toBe(1);
    expect(await sorts(store)).toEqual(['ever']);
  });
});

describe('the end of a prefix', () => {
  it.each([['a', 'b'], ['az', 'a{'], ['\ud7ff', '\ue000'], ['a\u{10ffff}', 'b'], ['\u{10ffff}', undefined], ['', undefined], ['\uffff', '\u{10000}']])('of %j is %j', (prefix, end) => {
    expect(afterPrefix(prefix)).toBe(end);
  });
});

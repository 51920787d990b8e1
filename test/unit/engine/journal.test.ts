import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createArchive } from '../../../src/engine/journal/archive.ts';
import { createJournal, type Entry } from '../../../src/engine/journal/journal.ts';
import { openJournal } from '../../../src/engine/journal/open.ts';
import { newExecution } from '../../../src/engine/state.ts';
import { ended, machine, NESTED, running, until } from './running.ts';

const entry = (id: number, input: unknown): Entry => {
  const state = newExecution({ machine: 'it', name: `n${id}`, input, startedAt: 1, seed: 's', startAt: 'P' });
  return { id, state, history: [{ id: 1, previousId: 0, at: 1, type: 'ExecutionStarted' }], changed: [...state.branches.values()], removed: [], opening: { definition: 'd', inputHash: 'h' } };
};

describe('the journal', () => {
  it('on a full disk refuses what has no room, whole, and still writes what has', async () => {
    const database = openJournal(':memory:');
    const journal = createJournal(database);
    const archive = createArchive(database);
    await journal.write(entry(1, 'small'));
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number };
    database.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const results = await Promise.allSettled([journal.write(entry(2, 'x'.repeat(100_000))), journal.write(entry(3, 'small'))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(results[0]).toMatchObject({ reason: { name: 'StorageFull' } });
    expect([archive.describe('it', 'n2'), archive.history('it', 'n2', 0, 10)]).toEqual([undefined, []]);
    expect(archive.describe('it', 'n3')).toMatchObject({ input: 'small' });
    database.close();
  });

  it('that is damaged is refused in words, wherever the damage is', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'engine-'));
    const database = path.join(folder, 'engine.db');
    const machines = { it: machine('W', { W: { Type: 'Wait', Seconds: 10_000, End: true } }) };
    const first = running({ machines, database });
    await first.engine.start({ machine: 'it', name: 'p', input: { text: 'x'.repeat(100_000) } });
    await first.engine.close();
    const whole = readFileSync(database);
    const damaged = [Buffer.from('no database at all'.repeat(400)), whole.subarray(0, Math.ceil(whole.length / 8192) * 4096), Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096, 7)])];
    for (const bytes of damaged) {
      writeFileSync(database, bytes);
      expect(() => running({ machines, database })).toThrow(expect.objectContaining({ name: 'InvalidInput', message: expect.stringMatching(/engine\.db is damaged or no journal .*Restore it from a backup/) }));
    }
    rmSync(folder, { recursive: true });
  });

  it('stops, on recovery, a nested execution whose parent ended without being able to stop it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'engine-'));
    const database = path.join(folder, 'engine.db');
    const machines = { it: machine('N', { N: { Type: 'Task', Resource: NESTED, Arguments: { StateMachineArn: 'child', Name: 'c' }, End: true } }), child: machine('W', { W: { Type: 'Wait', Seconds: 10_000, End: true } }) };
    const first = running({ machines, database });
    await first.engine.start({ machine: 'it', name: 'p', input: {} });
    await until(async () => (await first.engine.describe('child', 'c')) !== undefined);
    await first.engine.close();
    // What a crash leaves between the parent's last entry and the child's stop.
    const raw = new DatabaseSync(database);
    raw.exec("DELETE FROM branches WHERE execution = 1; UPDATE executions SET status = 'ABORTED', stopped_at = 1 WHERE id = 1");
    raw.close();
    const second = running({ machines, database });
    expect(await second.engine.recover()).toBe(1);
    expect(await ended(second.engine, 'child', 'c')).toMatchObject({ status: 'ABORTED', error: 'States.ParentEnded' });
    await second.engine.close();
    rmSync(folder, { recursive: true });
  });
});

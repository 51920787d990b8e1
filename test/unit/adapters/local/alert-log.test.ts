import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAlertLog } from '../../../../src/adapters/local/alert-log.ts';
import { randomIds } from '../../../../src/adapters/local/random-ids.ts';
import { type SqliteStore, openSqliteStore } from '../../../../src/adapters/local/sqlite-store.ts';
import { alerts } from '../../../../src/app/alerts.ts';
import { alertKey } from '../../../../src/app/state/keys.ts';
import { ProviderUnavailable } from '../../../../src/domain/errors.ts';
import type { Alert } from '../../../../src/domain/outbox.ts';
import { type FakeClock, fakeClock } from '../../../fakes/clock.ts';

let work: string;
let store: SqliteStore;
let clock: FakeClock;
let lines: unknown[];
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'slipway-alerts-'));
  clock = fakeClock();
  store = openSqliteStore({ path: join(work, 'state.db'), clock });
  lines = [];
});
afterEach(async () => {
  await store.close();
  rmSync(work, { recursive: true, force: true });
});

const alert = (text: string, severity: Alert['severity'] = 'warning'): Alert => ({ severity, kind: 'quarantine', service: 'catalog', environment: 'production', text });
const notifier = (needs: Partial<Parameters<typeof createAlertLog>[0]> = {}) => createAlertLog({ store, clock, ids: randomIds, keyOf: alertKey, log: (...line) => void lines.push(line), ...needs });

describe('createAlertLog', () => {
  it('keeps alerts where the use case finds them, newest first, each with its time', async () => {
    for (const text of ['first', 'second']) {
      await notifier().send(alert(text));
      clock.advance(1000);
    }
    expect(await alerts({ store })(10)).toEqual([{ ...alert('second'), at: clock.now() - 1000 }, { ...alert('first'), at: clock.now() - 2000 }]);
  });

  it('keeps two of the same moment', async () => {
    await Promise.all([notifier().send(alert('one')), notifier().send(alert('other'))]);
    expect(await alerts({ store })(10)).toHaveLength(2);
  });

  it('lets go of them after 30 days', async () => {
    await notifier().send(alert('old'));
    clock.advance(30 * 86_400_000 - 1000);
    await store.sweep();
    expect(await alerts({ store })(10)).toHaveLength(1);
    clock.advance(2000);
    await store.sweep();
    expect(await alerts({ store })(10)).toEqual([]);
  });

  it('writes a log line of the alert\'s level', async () => {
    for (const severity of ['info', 'warning', 'critical'] as const) await notifier().send(alert(severity, severity));
    expect(lines).toEqual([['info', 'info'], ['warn', 'warning'], ['error', 'critical']].map(([level, text]) => [level, text, { alert: 'quarantine', service: 'catalog', environment: 'production' }]));
  });

  it('has the ids of what it is about in the line', async () => {
    await notifier().send({ ...alert('Taken back.'), pipeline: 'catalog-12' });
    await notifier().send({ ...alert('Failed.'), environment: null, pipeline: 'catalog-12' });
    expect((lines as [string, string, object][]).map(([, , details]) => details)).toEqual([
      { alert: 'quarantine', service: 'catalog', environment: 'production', pipelineId: 'catalog-12', deploymentId: 'catalog-12-production' }, { alert: 'quarantine', service: 'catalog', environment: null, pipelineId: 'catalog-12' },
    ]);
  });

  it('says so when the alert could not be kept, and logs nothing', async () => {
    const transact = () => Promise.reject(new ProviderUnavailable('no disk'));
    await expect(notifier({ store: { transact } }).send(alert('lost'))).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(lines).toEqual([]);
  });
});

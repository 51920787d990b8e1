import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/adapters/local/sqlite-store.ts';
import { fakeClock } from '../fakes/clock.ts';
import { itemStoreContract } from './item-store.ts';

itemStoreContract('node:sqlite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-store-'));
  const store = openSqliteStore({ path: join(directory, 'store.db'), clock: fakeClock() });
  return {
    store,
    close: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

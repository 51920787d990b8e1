/** Who is lent a git host's credential: a run that is noted, once, however many ask at the same time. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createJobCredentials } from '../../../../src/adapters/aws/codebuild-jobs.ts';
import { jobKey } from '../../../../src/adapters/aws/codebuild/job-record.ts';
import { openSqliteStore } from '../../../../src/adapters/local/sqlite-store.ts';
import { fakeClock } from '../../../fakes/clock.ts';

let store: ReturnType<typeof openSqliteStore>;
let asked: string[];
beforeEach(() => {
  store = openSqliteStore({ path: join(mkdtempSync(join(tmpdir(), 'slipway-')), 'state.db'), clock: fakeClock() });
  asked = [];
});
afterEach(() => store.close());

const credentials = (credential: string | null = 'reader:token') => createJobCredentials({ store, credential: async (host) => {
  asked.push(host);
  return credential;
} });
const note = (nonce: string, repository: string | null = 'https://git.example.com:8443/shop') => store.transact([{
  kind: 'put', key: jobKey('command', nonce), condition: { absent: true },
  value: { kind: 'command', token: 't', nonce, run: null, startedAt: 0, request: { id: nonce, repository, commit: repository === null ? null : '1'.repeat(40), digest: `sha256:${'a'.repeat(64)}`, folder: '', command: ['true'], environment: {}, timeoutSeconds: 10 } },
}]);

describe('a credential', () => {
  it('is that of the repository\'s host', async () => {
    await note('abcdefghij1');
    expect(await credentials().lend('abcdefghij1')).toBe('reader:token');
    expect(asked).toEqual(['git.example.com:8443']);
  });

  it('is lent to one of many that ask at the same time, and to nobody after that', async () => {
    await note('abcdefghij1');
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => credentials().lend('abcdefghij1')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(credentials().lend('abcdefghij1')).rejects.toMatchObject({ name: 'Forbidden', message: expect.not.stringContaining('token:') });
    expect(asked).toHaveLength(1);
  });

  it('is nothing where the host needs none, or nothing is checked out', async () => {
    await note('abcdefghij1');
    await note('abcdefghij2', null);
    expect([await credentials(null).lend('abcdefghij1'), await credentials().lend('abcdefghij2')]).toEqual([null, null]);
    expect(asked).toEqual(['git.example.com:8443']);
  });

  it('is lent to no run that nobody has started', async () => {
    await note('abcdefghij1');
    await expect(credentials().lend('abcdefghij2')).rejects.toMatchObject({ name: 'NotFound' });
  });
});

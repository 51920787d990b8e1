import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createIdentityFile } from '../../../../src/adapters/local/identity-file.ts';
import { randomIds } from '../../../../src/adapters/local/random-ids.ts';
import { fakeClock } from '../../../fakes/clock.ts';

let work: string;
let path: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'slipway-identity-'));
  path = join(work, 'identities.json');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const clock = fakeClock();
const identities = () => createIdentityFile({ path, ids: randomIds, clock });

describe('createIdentityFile', () => {
  it('knows who has a token, and nobody else', async () => {
    const file = identities();
    const [anna, ben] = [await file.add('anna'), await file.add('ben')];
    expect(anna).toMatch(/^slp_[0-9a-z]{52}$/);
    expect(await file.byToken(anna)).toBe('anna');
    expect(await file.byToken(ben)).toBe('ben');
    for (const wrong of ['', 'slp_', anna.slice(0, -1), `${anna}x`, anna.toUpperCase(), anna.slice(4), `slp_${'x'.repeat(10_000)}`]) expect(await file.byToken(wrong)).toBeNull();
    expect(await file.list()).toEqual([{ identity: 'anna', createdAt: clock.now() }, { identity: 'ben', createdAt: clock.now() }]);
  });

  it('knows nobody before the first token', async () => {
    expect(await identities().byToken('slp_anything')).toBeNull();
    expect(await identities().list()).toEqual([]);
  });

  it('keeps hashes, never tokens, in one file of mode 0600', async () => {
    const token = await identities().add('anna');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(work)).toEqual(['identities.json']);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('anna');
    expect(text).not.toContain(token.slice(4));
  });

  it('takes all tokens from somebody, at once, also for those who have the file open', async () => {
    const [file, other] = [identities(), identities()];
    const tokens = [await file.add('anna'), await file.add('anna'), await file.add('ben')];
    expect(await Promise.all(tokens.map((token) => other.byToken(token)))).toEqual(['anna', 'anna', 'ben']);
    expect(await file.revoke('anna')).toBe(2);
    expect(await Promise.all(tokens.map((token) => other.byToken(token)))).toEqual([null, null, 'ben']);
    expect(await file.revoke('anna')).toBe(0);
  });

  it('an entry with an end is a session of an older version, which is nobody\'s, however far its end', async () => {
    const file = identities();
    const token = await file.add('anna');
    const [entry] = (JSON.parse(readFileSync(path, 'utf8')) as { identities: object[] }).identities;
    writeFileSync(path, JSON.stringify({ identities: [{ ...entry, expiresAt: clock.now() + 1e9 }] }), { mode: 0o600 });
    expect([await identities().byToken(token), await identities().list(), await identities().revoke('anna')]).toEqual([null, [], 0]);
    await file.add('ben');
    expect(readFileSync(path, 'utf8')).not.toContain('anna');
  });

  it('loses none of many changes at once', async () => {
    const file = identities();
    const tokens = await Promise.all(Array.from({ length: 20 }, (_none, n) => file.add(`person-${n}`)));
    expect(await Promise.all(tokens.map((token) => file.byToken(token)))).toEqual(tokens.map((_token, n) => `person-${n}`));
  });

  it.each([0o644, 0o640, 0o660, 0o604, 0o700])('lets nobody in when others could read or change the file: mode %o', async (mode) => {
    const file = identities();
    const token = await file.add('anna');
    chmodSync(path, mode);
    const refusal = { name: 'Forbidden', message: expect.stringContaining('chmod 600') };
    await expect(file.byToken(token)).rejects.toMatchObject(refusal);
    await expect(file.add('ben')).rejects.toMatchObject(refusal);
    await expect(file.revoke('anna')).rejects.toMatchObject(refusal);
    chmodSync(path, 0o600);
    expect(await file.byToken(token)).toBe('anna');
  });

  it('refuses a symlink, and a file of another form', async () => {
    writeFileSync(join(work, 'elsewhere'), '{"identities":[]}', { mode: 0o600 });
    symlinkSync(join(work, 'elsewhere'), path);
    await expect(identities().byToken('slp_x')).rejects.toMatchObject({ name: 'Forbidden' });
    rmSync(path);
    for (const text of ['', '{', '[]', '{"identities":[{"identity":"anna"}]}', '{"identities":[],"more":1}']) {
      writeFileSync(path, text, { mode: 0o600 });
      await expect(identities().byToken('slp_x')).rejects.toMatchObject({ name: 'InvalidInput', message: expect.stringContaining(path) });
    }
    writeFileSync(path, ' '.repeat(2 * 1024 * 1024), { mode: 0o600 });
    await expect(identities().byToken('slp_x')).rejects.toMatchObject({ name: 'LimitExceeded' });
  });

  it.each(['', 'a b', 'a\nb', 'x'.repeat(101)])('gives no token to %j', async (name) => {
    await expect(identities().add(name)).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});

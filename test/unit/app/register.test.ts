import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { registerRepository } from '../../../src/app/register.ts';
import { Identity } from '../../../src/domain/ids.ts';
import { rig, type Rig } from './rig.ts';

let at: Rig;
beforeEach(() => { at = rig(); });
afterEach(() => at.close());

it('a repository whose address holds a password is refused, and nothing of it is kept or said', async () => {
  const by = Identity.parse('anna');
  const refused = await registerRepository(at.needs)({ url: 'https://oauth2:hunter2@gitlab.com/acme/shop', by }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ name: 'InvalidInput', message: expect.stringMatching(/^The repository was not registered: it carries a user or a password.*docs\/webhooks\.md/) });
  expect(JSON.stringify(refused)).not.toContain('hunter2');
  expect((await at.needs.store.query('repositories', '', { limit: 10 })).items).toEqual([]);
  expect(await registerRepository(at.needs)({ url: 'git@gitlab.com:acme/shop.git', by })).toMatchObject({ url: 'https://gitlab.com/acme/shop', cloneUrl: 'git@gitlab.com:acme/shop.git' });
  expect((await at.needs.store.query('repositories', '', { limit: 10 })).items).toHaveLength(1);
});

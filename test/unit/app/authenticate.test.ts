import { expect, it } from '@jest/globals';
import { authenticate } from '../../../src/app/authenticate.ts';
import { Identity } from '../../../src/domain/ids.ts';

const asked: string[] = [];
const identities = { byToken: async (token: string) => { asked.push(token); return token === 'known' ? Identity.parse('anna') : null; }, add: async () => '', list: async () => [], revoke: async () => 0, endSession: async () => false };

it.each([['Bearer known', true], ['Bearer other', false], ['bearer known', false], ['Basic known', false], ['Bearer ', false], [`Bearer ${'a'.repeat(17_000)}`, false], [undefined, false]])('%s', async (authorization, isAuthorized) => {
  expect(await authenticate({ identities })({ authorization })).toEqual(isAuthorized ? { isAuthorized, context: { identity: 'anna' } } : { isAuthorized, context: {} });
  expect(asked.every((token) => token.length <= 16_384)).toBe(true);
});

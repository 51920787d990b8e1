import { expect, it } from '@jest/globals';
import { authenticate } from '../../../src/app/authenticate.ts';
import { Identity } from '../../../src/domain/ids.ts';

const asked: string[] = [];
const identities = { byToken: async (token: string) => { asked.push(token); return token === 'known' ? Identity.parse('anna') : null; }, add: async () => '', list: async () => [], revoke: async () => 0 };
/** No token here is one of a session, so nothing else is asked. */
const needs = { identities, store: undefined as never, clock: { now: () => 0 }, environments: undefined as never };

it.each([['Bearer known', true], ['Bearer other', false], ['bearer known', false], ['Basic known', false], ['Bearer ', false], [`Bearer ${'a'.repeat(17_000)}`, false], [undefined, false]])('%s', async (authorization, isAuthorized) => {
  expect(await authenticate(needs)({ authorization })).toEqual(isAuthorized ? { isAuthorized, context: { identity: 'anna' } } : { isAuthorized, context: {} });
  expect(asked.every((token) => token.length <= 16_384)).toBe(true);
});

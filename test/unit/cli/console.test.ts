/** `slipway console`: an address that logs in once, and what it says where there is none to be had. */
import { expect, it } from '@jest/globals';
import { controlPlane, problem } from './control-plane.ts';
import { run } from './run.ts';

it('prints an address with a secret after the #, which lasts two minutes, and opens it when it is asked to', async () => {
  const at = await controlPlane({ 'POST /v1/log-in-links': { status: 201, body: { link: 'sll_once', expiresAt: 1 } } });
  const opened: string[] = [];
  const shown = await run(['console'], { address: at.address });
  expect([shown.code, shown.out]).toEqual([0, `${at.address}/#log-in=sll_once\n`]);
  const asked = await run(['console', '--open'], { address: at.address, needs: { openAddress: async (address) => { opened.push(address); return true; } } });
  expect([asked.code, opened, asked.err]).toEqual([0, [`${at.address}/#log-in=sll_once`], '']);
  expect((await run(['console', '--open'], { address: at.address })).err).toContain('No browser could be started');
  await at.close();
});

it.each([[422, 'NotSupported', 'A token of an identity provider opens no session.'], [403, 'Forbidden', 'A session opens no other.']])('%i: it prints the address alone', async (status, title, detail) => {
  const elsewhere = await controlPlane({ 'POST /v1/log-in-links': problem(status, title, detail) });
  const plain = await run(['console'], { address: elsewhere.address });
  expect([plain.code, plain.out, plain.err]).toEqual([0, `${elsewhere.address}/\n`, expect.stringContaining('Log in there')]);
  await elsewhere.close();
});

it('other refusals stay refusals', async () => {
  const broken = await controlPlane({ 'POST /v1/log-in-links': problem(503, 'ProviderUnavailable', 'Later.') });
  expect((await run(['console'], { address: broken.address })).code).toBe(1);
  await broken.close();
});

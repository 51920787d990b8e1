/** `slipway console`: an address that logs in once, and what it says where there are no sessions. */
import { expect, it } from '@jest/globals';
import { controlPlane, problem } from './control-plane.ts';
import { run } from './run.ts';

it('prints an address with a token after the #, which lasts two minutes, and opens it when it is asked to', async () => {
  const at = await controlPlane({ 'POST /v1/session': { status: 201, body: { identity: 'anna', token: 'slp_once', expiresAt: 1 } } });
  const opened: string[] = [];
  const shown = await run(['console'], { address: at.address });
  expect([shown.code, shown.out]).toEqual([0, `${at.address}/#log-in=slp_once\n`]);
  expect(JSON.parse(at.asked[0]?.body ?? '')).toEqual({ seconds: 120 });
  const asked = await run(['console', '--open'], { address: at.address, needs: { openAddress: async (address) => { opened.push(address); return true; } } });
  expect([asked.code, opened, asked.err]).toEqual([0, [`${at.address}/#log-in=slp_once`], '']);
  expect((await run(['console', '--open'], { address: at.address })).err).toContain('No browser could be started');
  await at.close();
});

it('where identities come from elsewhere it prints the address alone; other refusals stay refusals', async () => {
  const elsewhere = await controlPlane({ 'POST /v1/session': problem(422, 'NotSupported', 'No tokens here.') });
  const plain = await run(['console'], { address: elsewhere.address });
  expect([plain.code, plain.out, plain.err]).toEqual([0, `${elsewhere.address}/\n`, expect.stringContaining('log in there')]);
  await elsewhere.close();
  const broken = await controlPlane({ 'POST /v1/session': problem(503, 'ProviderUnavailable', 'Later.') });
  expect((await run(['console'], { address: broken.address })).code).toBe(1);
  await broken.close();
});

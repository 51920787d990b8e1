/** `slipway slack connect`: what is missing is shown with what to do, and --me waits until the code was typed. */
import { expect, it } from '@jest/globals';
import { controlPlane, problem } from './control-plane.ts';
import { run } from './run.ts';

const ok = { check: 'token', outcome: 'ok', said: 'The bot token is of slipway in Example.', remedy: null };
const missing = { check: 'channel C0SHOP', outcome: 'missing', said: 'Slack does not let the app in: not_in_channel.', remedy: 'Invite the app into the channel: /invite @slipway.' };
const unknown = { check: 'heard', outcome: 'unknown', said: 'Slack was never heard.', remedy: 'Type /slipway help in Slack.' };

it('shows each thing that was looked at, and ends with 1 as long as one is missing', async () => {
  const at = await controlPlane({ 'POST /v1/slack/checks': ({ body }) => ({ body: { checks: body.includes('slipway.example.com') ? [ok, missing, unknown] : [ok, unknown] } }) });
  const some = await run(['slack', 'connect', '--public-url', 'https://slipway.example.com'], { address: at.address });
  expect([some.code, some.out]).toEqual([1, '✓ token: The bot token is of slipway in Example.\n✗ channel C0SHOP: Slack does not let the app in: not_in_channel.\n  Invite the app into the channel: /invite @slipway.\n? heard: Slack was never heard.\n  Type /slipway help in Slack.\n']);
  expect(at.asked[0]?.body).toBe('{"url":"https://slipway.example.com"}');
  expect((await run(['slack', 'connect'], { address: at.address })).code).toBe(0);
  expect(JSON.parse((await run(['slack', 'connect', '--json'], { address: at.address })).out)).toEqual({ checks: [ok, unknown] });
  await at.close();
});

it('does nothing to a terminal, whatever Slack calls itself', async () => {
  const at = await controlPlane({ 'POST /v1/slack/checks': { body: { checks: [{ ...ok, said: 'of \u001B[2J\u0007 there' }] } } });
  expect((await run(['slack', 'connect'], { address: at.address })).out).toBe('✓ token: of \\u001b[2J\\u0007 there\n');
  await at.close();
});

it('--me prints a code and waits until somebody has typed it', async () => {
  let looks = 0;
  const at = await controlPlane({
    'POST /v1/slack/links': { status: 201, body: { code: '4kq0z7m2x9ab', expiresAt: 9_999_999_999_999 } },
    'GET /v1/slack/members': () => ({ body: { identity: 'anna', members: (looks += 1) > 3 ? ['U0OLD', 'U0ANNA'] : ['U0OLD'] } }),
  });
  const shown = await run(['slack', 'connect', '--me'], { address: at.address });
  expect([shown.code, shown.err, shown.out]).toEqual([0, 'Type in Slack, within ten minutes:  /slipway link 4kq0z7m2x9ab\n', 'U0ANNA is anna from now on.\n']);
  await at.close();
});

it('--me gives up when the code is over, and says so when it is given none', async () => {
  const at = await controlPlane({ 'POST /v1/slack/links': { status: 201, body: { code: '4kq0z7m2x9ab', expiresAt: 0 } }, 'GET /v1/slack/members': { body: { identity: 'anna', members: [] } } });
  expect(await run(['slack', 'connect', '--me'], { address: at.address })).toMatchObject({ code: 1, err: expect.stringContaining('Nobody has typed the code') });
  await at.close();
  const old = await controlPlane({ 'POST /v1/slack/links': problem(403, 'Forbidden', 'Log out, log in again, and repeat it.'), 'GET /v1/slack/members': { body: { identity: 'anna', members: [] } } });
  expect(await run(['slack', 'connect', '--me'], { address: old.address })).toMatchObject({ code: 1, err: expect.stringContaining('log in again') });
  await old.close();
});

it.each([[['session', 'revoke'], 'Name either'], [['session', 'revoke', 'a', '--of', 'anna'], 'Name either'], [['session', 'list', '--of', 'anna', '--all'], 'either --of or --all'], [['session', 'log', '--limit', '0'], '1 to 1000'], [['session', 'log', '--limit', '1001'], '1 to 1000']])('%j is refused before anything is asked', async (words, why) => {
  const at = await controlPlane({});
  expect(await run(words, { address: at.address })).toMatchObject({ code: 2, err: expect.stringContaining(why) });
  expect(at.asked).toEqual([]);
  await at.close();
});

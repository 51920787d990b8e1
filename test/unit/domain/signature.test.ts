import { describe, expect, it } from '@jest/globals';
import { hubSignatureHolds, signHub, signSlack, slackSignatureHolds, timestampIsFresh } from '../../../src/domain/signature.ts';

const body = Buffer.from('{"zen":"Keep it logically awesome."}');

describe('GitHub signatures', () => {
  it('hold for the example of the documentation', () => {
    expect(hubSignatureHolds("It's a Secret to Everybody", Buffer.from('Hello, World!'), 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17')).toBe(true);
  });

  it.each([
    ['none', undefined], ['an empty one', ''], ['another key', signHub('other', body)], ['another body', signHub('key', Buffer.from('x'))],
    ['no prefix', signHub('key', body).slice(7)], ['SHA-1', 'sha1=abc'], ['too short', signHub('key', body).slice(0, -1)], ['too long', `${signHub('key', body)}0`], ['upper case', signHub('key', body).toUpperCase()],
  ])('are refused with %s', (_what, header) => {
    expect(hubSignatureHolds('key', body, header)).toBe(false);
  });

  it('never hold with an empty key', () => {
    expect(hubSignatureHolds('', body, signHub('', body))).toBe(false);
  });
});

describe('Slack signatures', () => {
  it('hold for the example of the documentation', () => {
    const sent = Buffer.from('token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c');
    expect(slackSignatureHolds('8f742231b10e8888abcd99yyyzzz85a5', sent, '1531420618', 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503')).toBe(true);
  });

  it('bind the timestamp', () => {
    const signature = signSlack('key', body, '1700000000');
    expect(slackSignatureHolds('key', body, '1700000000', signature)).toBe(true);
    expect(slackSignatureHolds('key', body, '1700000001', signature)).toBe(false);
  });

  it.each([[undefined, false], ['', false], ['abc', false], ['1699999700', true], ['1699999699', false], ['1700000300', true], ['1700000301', false], ['-1700000000', false]])('take a timestamp of %s: %s', (timestamp, fresh) => {
    expect(timestampIsFresh(timestamp, 1_700_000_000_000)).toBe(fresh);
  });
});

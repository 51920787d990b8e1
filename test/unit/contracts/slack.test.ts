import { describe, expect, it } from '@jest/globals';
import { InvalidInput } from '../../../src/domain/errors.ts';
import { parseSlackBody } from '../../../src/contracts/slack.ts';

const form = (fields: Record<string, string>) => Buffer.from(new URLSearchParams(fields).toString());
const command = (text: string) => form({ command: '/slipway', text, user_id: 'U0ANNA', user_name: 'anna' });
const button = (action: Record<string, string>) => form({ payload: JSON.stringify({ type: 'block_actions', user: { id: 'U0ANNA' }, actions: [action] }) });

describe('parseSlackBody', () => {
  it.each([
    ['approve catalog', 'approve', ['catalog']],
    ['  approve   catalog  production looks good ', 'approve', ['catalog', 'production', 'looks', 'good']],
    ['', 'help', []],
    ['pending', 'pending', []],
  ])('reads "%s"', (text, verb, words) => {
    expect(parseSlackBody(command(text))).toEqual({ verb, words, user: 'U0ANNA', binding: undefined, replyTo: undefined });
  });

  it('reads a button with what it showed', () => {
    const value = JSON.stringify({ service: 'catalog', environment: 'production', binding: 'a'.repeat(16) });
    expect(parseSlackBody(button({ action_id: 'approve', value }))).toEqual({ verb: 'approve', words: ['catalog', 'production'], user: 'U0ANNA', binding: 'a'.repeat(16), replyTo: undefined });
  });

  it.each(['https://evil.example/x', 'http://hooks.slack.com/actions/x', 'https://hooks.slack.com.evil.example/x', 'https://hooks.slack.com@evil.example/'])('answers a button at no other host than Slack\'s: %s', (url) => {
    const payload = JSON.stringify({ type: 'block_actions', user: { id: 'U0ANNA' }, response_url: url, actions: [{ action_id: 'approve', value: JSON.stringify({ service: 'catalog', environment: 'production', binding: 'a'.repeat(16) }) }] });
    expect(() => parseSlackBody(form({ payload }))).toThrow(InvalidInput);
  });

  it.each([
    ['an unknown word', command('destroy everything')], ['no user', form({ command: '/slipway', text: 'help' })], ['a button of another app', button({ action_id: 'buy', value: '{}' })],
    ['a payload that is no JSON', form({ payload: '{' })], ['an empty body', Buffer.from('')], ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
  ])('refuses %s', (_what, body) => {
    expect(() => parseSlackBody(body)).toThrow(InvalidInput);
  });
});

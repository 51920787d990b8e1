import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sendMail } from '../../../../src/adapters/outgoing/mail.ts';
import { type SmtpServer, startSmtpServer } from '../../../fakes/smtp-server.ts';

let server: SmtpServer;
beforeEach(async () => { server = await startSmtpServer(); });
afterEach(() => server.close());

const letter = { to: ['anna@example.com', 'ben@example.com'], subject: 'Fehler: ä', text: 'One line.\n.A dot.\n', id: '1700000000000-0123456789abcdef' };
const send = (more: object = {}, password: string | null = null) => sendMail({ server: server.url, from: 'slipway@example.com', ...more }, password, letter);

it('a letter arrives at all of them, with an id of its own', async () => {
  await send();
  const [one] = server.letters;
  expect(one?.to).toEqual(['<anna@example.com>', '<ben@example.com>']);
  expect(one?.text).toContain('Message-ID: <1700000000000-0123456789abcdef@example.com>');
  expect(one?.text.toLowerCase()).toContain('auto-submitted: auto-generated');
  expect(one?.text).toContain('Subject: =?UTF-8?');
  expect(one?.text).toContain('\n.A dot.\n');
});

it('logs in where it has to, and says so when it may not', async () => {
  server.offersLogin = true;
  await send({ user: 'user' }, 'password');
  expect(server.letters).toHaveLength(1);
  const refusal = await send({ user: 'user' }, 'wrong').catch((error: unknown) => error as Error);
  expect(refusal).toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('535') });
  expect((refusal as Error).message).not.toContain('wrong password');
});

it.each([['550 no such user', 'InvalidInput'], ['450 later', 'ProviderUnavailable']])('%s is %s', async (reply, name) => {
  server.recipientReply = reply;
  await expect(send()).rejects.toMatchObject({ name });
});

it('a server that is not there may be there later', async () => {
  await server.close();
  await expect(send()).rejects.toMatchObject({ name: 'ProviderUnavailable' });
});

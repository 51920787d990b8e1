/** Requests to addresses that people name reach only hosts that somebody can mean, and cost little whatever comes back. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPost } from '../../../../src/adapters/outgoing/post.ts';
import { type Receiver, startReceiver } from '../../../fakes/receiver.ts';

let receiver: Receiver;
beforeEach(async () => { receiver = await startReceiver(); });
afterEach(() => receiver.close());

const post = createPost({ allowsLoopback: true, timeoutMs: 500 });
const send = (url: string, by = post) => by({ url, headers: { 'content-type': 'application/json', 'x-own': 'yes' }, body: '{"a":"ä"}' });
const portOf = () => new URL(receiver.url).port;

describe('a request', () => {
  it('arrives as it was sent, and its answer comes back whatever its status', async () => {
    receiver.answers = (response) => response.writeHead(503, { 'retry-after': '7' }).end('busy\n\u0007now');
    expect(await send(`${receiver.url}/hook?x=1`)).toEqual({ status: 503, text: 'busy now', retryAfterSeconds: 7 });
    expect(receiver.received).toMatchObject([{ path: '/hook?x=1', body: '{"a":"ä"}', headers: { 'x-own': 'yes', 'content-type': 'application/json', 'content-length': '10' } }]);
  });

  it('reads a date to come back at', async () => {
    receiver.answers = (response) => response.writeHead(429, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }).end();
    const { retryAfterSeconds } = await send(receiver.url);
    expect(retryAfterSeconds).toBeGreaterThan(55);
    expect(retryAfterSeconds).toBeLessThanOrEqual(61);
  });

  it('follows no redirect', async () => {
    receiver.answers = (response) => response.writeHead(302, { location: `${receiver.url}/elsewhere` }).end();
    expect(await send(receiver.url)).toMatchObject({ status: 302 });
    expect(receiver.received).toHaveLength(1);
  });

  it('reads no more of an answer than its beginning', async () => {
    let sent = 0;
    receiver.answers = (response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && sent < 200_000_000) {
          sent += 65_536;
          if (!response.write(Buffer.alloc(65_536, 120))) { response.once('drain', more); return; }
        }
      };
      more();
    };
    const { text } = await send(receiver.url);
    expect(text).toHaveLength(500);
    expect(sent).toBeLessThan(20_000_000);
  });

  it('ends when nothing comes, also when it begins and does not go on', async () => {
    receiver.answers = () => undefined;
    await expect(send(receiver.url)).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('within 0.5 s') });
    receiver.answers = (response) => void response.writeHead(200).write('x');
    await expect(send(receiver.url)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('to nobody says so, and not the whole address, which may hold a key', async () => {
    await receiver.close();
    const refusal = await send(`${receiver.url}/secret-path`).catch((error: unknown) => error as Error);
    expect(refusal).toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('ECONNREFUSED') });
    expect((refusal as Error).message).not.toContain('secret-path');
  });
});

describe('nothing is sent', () => {
  const resolving = (...addresses: string[]) => createPost({ allowsLoopback: true, timeoutMs: 500, resolveAll: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })) });

  it.each([['https://169.254.169.254/latest/meta-data'], ['https://[fd00:ec2::254]/'], ['http://example.com/'], ['https://[::ffff:169.254.169.254]/']])('to %s', async (url) => {
    await expect(send(url)).rejects.toMatchObject({ name: 'Forbidden' });
  });

  it('to a name that resolves to the metadata of a machine, to this machine, or to one of both and another', async () => {
    for (const addresses of [['169.254.169.254'], ['127.0.0.1'], ['::1'], ['8.8.8.8', '169.254.169.254'], ['::ffff:a9fe:a9fe'], []]) {
      await expect(send('https://hook.example.com/', resolving(...addresses))).rejects.toMatchObject({ name: 'Forbidden' });
    }
    expect(receiver.received).toEqual([]);
  });

  it('to this machine from a function, by whatever name', async () => {
    const inFunction = createPost({ allowsLoopback: false });
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) await expect(send(`http://${host}:${portOf()}/`, inFunction)).rejects.toMatchObject({ name: 'Forbidden' });
    expect(receiver.received).toEqual([]);
  });

  it('but to localhost on one machine it is', async () => {
    expect(await send(`http://localhost:${portOf()}/`, resolving('127.0.0.1'))).toMatchObject({ status: 200 });
  });
});

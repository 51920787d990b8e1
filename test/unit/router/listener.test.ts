import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { listenOn } from '../../../src/router/listener.ts';

it('a port may be tried for hours: what failed leaves nothing behind, and it is taken when it is free', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const server = createServer();
  const listeners = () => [server.listenerCount('listening'), server.listenerCount('error')];
  const before = listeners();
  for (let tries = 0; tries < 15; tries += 1) await expect(listenOn(server, '127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(listeners()).toEqual(before);
  await new Promise((done) => other.close(done));
  expect(await listenOn(server, '127.0.0.1', port)).toBe(port);
  expect(listeners()).toEqual(before);
  server.close();
});

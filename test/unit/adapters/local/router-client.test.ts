import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RouterClient } from '../../../../src/adapters/local/router-client.ts';

/** What a router that restarts does to a connection that a client has kept: it answers once on each, and resets it at the next request. */
describe('a connection that was kept', () => {
  let folder: string;
  let server: Server;
  let connections: Set<Socket>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-client-'));
    connections = new Set();
    server = createServer((request, response) => {
      const answered = connections.has(request.socket);
      connections.add(request.socket);
      if (answered) request.socket.destroy();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
    });
    await new Promise<void>((resolve) => server.listen(join(folder, 'router.sock'), resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it('and is gone is replaced by a new one, once', async () => {
    const client = new RouterClient({ controlSocket: join(folder, 'router.sock') });
    expect(await client.list()).toEqual([]);
    expect(await client.list()).toEqual([]);
    expect(connections.size).toBe(2);
  });

  it('says that the router is not there when a new one cannot be made', async () => {
    const client = new RouterClient({ controlSocket: join(folder, 'nobody.sock') });
    await expect(client.list()).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });
});

/** What the example of a user's own target serves sites with, as a server of this process. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const OWN_TARGET = join(import.meta.dirname, '../../../examples/own-target');

export interface SiteServer {
  /** Where the target puts sites. */
  readonly root: string;
  /** Of a service in production. */
  readonly endpoint: (service: string) => string;
  readonly close: () => void;
}

export async function startSiteServer(): Promise<SiteServer> {
  const root = mkdtempSync(join(tmpdir(), 'slipway-sites-'));
  const { createSiteServer } = (await import(join(OWN_TARGET, 'serve.mjs'))) as { createSiteServer: (root: string) => Server };
  const server = createSiteServer(root).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    root,
    endpoint: (service) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${service}.production`,
    close: () => {
      server.closeAllConnections();
      server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

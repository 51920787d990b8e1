/** Whoever starts Slipway is told of a port that its router cannot have; and the router takes it as soon as it is free. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homeAt, prepareHome, type Home } from '../../../src/main/home.ts';
import { portsInTheWay } from '../../../src/main/ports-in-the-way.ts';
import { type RunningRouter, startRouter } from '../../../src/router/router.ts';
import { eventually } from '../adapters/local/eventually.ts';

let taken: Server;
let port: number;
let home: Home;
let router: RunningRouter;

beforeEach(async () => {
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  port = (taken.address() as { port: number }).port;
  home = homeAt(mkdtempSync(join(tmpdir(), 'slipway-ports-')));
  prepareHome(home);
});

afterEach(async () => {
  await router.close();
  taken.close();
  rmSync(home.root, { recursive: true });
});

const start = async (wanted: number) => {
  router = await startRouter({ directory: home.router, host: '127.0.0.1', port: wanted, controlSocket: home.routerSocket }, () => undefined);
};
const told = (wanted: number) => portsInTheWay(home, { host: '127.0.0.1', routerPort: wanted }, new AbortController().signal);

describe('a port of the router that another program holds', () => {
  it('is said, with what to do', async () => {
    await start(port);
    expect(await told(port)).toEqual([`The router cannot listen on port ${port} of 127.0.0.1: another program holds it. It tries again until it can. End that program, or choose another port: SLIPWAY_ROUTER_PORT=... slipway up.`]);
  });

  it('is taken when it is free', async () => {
    await start(port);
    taken.close();
    await eventually('it listens', () => router.port === port);
    expect(await told(port)).toEqual([]);
  });
});

it('nothing is said of a router that has its port', async () => {
  await start(0);
  expect(await told(0)).toEqual([]);
});

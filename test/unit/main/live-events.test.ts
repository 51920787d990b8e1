/** Live events over real connections. */
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { recorded } from '../../../src/app/state/recorded-store.ts';
import { createLiveEvents, type LiveEvents } from '../../../src/main/live-events.ts';
import type { Ports } from '../../../src/ports/index.ts';
import { apiRig, ROLES_FILE, type ApiRig } from '../api/rig.ts';

let at: ApiRig;
let live: LiveEvents;
let server: ReturnType<typeof createServer>;
let ports: Ports;
beforeEach(async () => {
  at = apiRig();
  live = createLiveEvents(() => ports);
  ports = { ...at.ports, store: recorded(at.ports.store, { ...at.ports, publish: (event) => live.publish(event) }) };
  server = createServer((asked, response) => void live.serve(asked, response).then((isServed) => (isServed ? undefined : response.writeHead(418).end())));
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
});
afterEach(async () => {
  live.close();
  server.closeAllConnections();
  await new Promise<void>((resolve) => { server.close(() => resolve()); });
  await at.close();
});

interface Listening {
  readonly status: number;
  text: string;
  close(): void;
}

function listen(given: { query?: string; as?: string; last?: string } = {}): Promise<Listening> {
  const { query = '', as = 'owner', last } = given;
  return new Promise((resolve, reject) => {
    const asked = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', path: `/v1/events${query}`, agent: false, headers: { accept: 'text/event-stream', authorization: `Bearer ${as}`, ...(last === undefined ? {} : { 'last-event-id': last }) } }, (response: IncomingMessage) => {
      const listening: Listening = { status: response.statusCode ?? 0, text: '', close: () => { asked.destroy(); } };
      response.setEncoding('utf8').on('data', (part: string) => { listening.text += part; }).on('error', () => undefined);
      resolve(listening);
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 2000) throw new Error('it did not come');
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

const ready = (...listening: Listening[]) => until(() => listening.every(({ text }) => text.includes('event: ready') || text.includes('event: reset')));
const write = (name: string, team = 'shop') => {
  at.clock.advance(1);
  return ports.store.transact([{ kind: 'put', key: { partition: 'services', sort: name }, value: { name, team, repository: null, manifestPath: null, pipelines: 0, lastRelease: null, registeredAt: 1 }, condition: { absent: true } }]);
};
const heard = ({ text }: Listening): string[] => [...text.matchAll(/^data: (\{"id".*)$/gm)].map(([, json = '']) => (JSON.parse(json) as { changes: { service: string }[] }).changes.map(({ service }) => service).join('+'));
const lastId = ({ text }: Listening): string => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';

describe('a listener', () => {
  it('hears what changes from now on', async () => {
    await write('before');
    const one = await listen();
    await ready(one);
    await write('catalog');
    await write('basket');
    await until(() => heard(one).length === 2);
    expect(heard(one)).toEqual(['catalog', 'basket']);
  });

  it('that comes back hears what it missed, once and in order, also while more happens', async () => {
    const one = await listen();
    await ready(one);
    await write('aa');
    await until(() => heard(one).length === 1);
    one.close();
    for (const name of ['bb', 'cc', 'dd']) await write(name);
    const coming = listen({ last: lastId(one) });
    const more = Promise.all(['ee', 'ff', 'gg'].map((name) => write(name)));
    const again = await coming;
    await more;
    await until(() => heard(again).length >= 6);
    expect(heard(again)).toEqual(['bb', 'cc', 'dd', 'ee', 'ff', 'gg']);
  });

  it('away for longer than events are kept is told to look at everything again', async () => {
    const one = await listen();
    await ready(one);
    at.clock.advance(2 * 86_400_000);
    const again = await listen({ last: lastId(one) });
    await ready(again);
    expect(again.text).toContain('event: reset');
  });

  it('hears only what fits and what it may see', async () => {
    at.environments.text = ROLES_FILE;
    const [narrow, pay, all] = [await listen({ query: '?service=catalog' }), await listen({ as: 'pia' }), await listen()];
    await ready(narrow, pay, all);
    await write('catalog', 'shop');
    await write('ledger', 'pay');
    await until(() => heard(all).length === 2 && heard(pay).length === 1);
    expect([heard(narrow), heard(pay)]).toEqual([['catalog'], ['ledger']]);
  });
});

describe('is refused', () => {
  it.each([[{ as: 'nobody' }, 401], [{ as: 'stranger' }, 403], [{ last: 'abc' }, 400], [{ query: '?service=A B' }, 400]])('%p: %d', async (given, status) => {
    at.environments.text = ROLES_FILE;
    const said = await listen({ ...given, ...('query' in given ? { query: encodeURI(given.query) } : {}) });
    expect(said.status).toBe(status);
    expect(live.count()).toBe(0);
  });
});

it('500 listeners all hear everything, and are forgotten when they go', async () => {
  const all = await Promise.all(Array.from({ length: 500 }, () => listen()));
  await ready(...all);
  expect(live.count()).toBe(500);
  await Promise.all(Array.from({ length: 20 }, (_, index) => write(`service-${index}`)));
  await until(() => all.every((one) => heard(one).length === 20));
  for (const one of all) one.close();
  await until(() => live.count() === 0);
}, 60_000);

it('one that goes away does not disturb the others', async () => {
  const [gone, other] = [await listen(), await listen()];
  await ready(gone, other);
  gone.close();
  await until(() => live.count() === 1);
  await write('catalog');
  await until(() => heard(other).length === 1);
});

it('one that takes nothing is let go', async () => {
  const response = await new Promise<IncomingMessage>((resolve) => { request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', path: '/v1/events', agent: false, headers: { accept: 'text/event-stream', authorization: 'Bearer owner' } }, resolve).end(); });
  response.on('error', () => undefined).pause();
  await until(() => live.count() === 1);
  const long = { id: '0000000000001-000000-abcd', at: 1, changes: Array.from({ length: 5000 }, (_, index) => ({ what: 'alert', service: null, environment: null, pipeline: null, status: `${index}` })) };
  for (let number = 2; live.count() > 0 && number < 200; number += 1) {
    live.publish({ ...long, id: `${9_999_999_999_000 + number}-000000-abcd` } as never);
    await new Promise((resolve) => { setTimeout(resolve, 2); });
  }
  expect(live.count()).toBe(0);
});

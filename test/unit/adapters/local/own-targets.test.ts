import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addOwnTarget, readOwnTargets, sendTo } from '../../../../src/adapters/local/own-targets.ts';
import { exportedFunction } from '../../../../src/adapters/local/own-targets/module.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-own-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

describe('targets of a machine', () => {
  it('are kept, one file each, and read again', async () => {
    const module = await write('handler.mjs', 'export const handler = async ({ verb }) => ({ verb, kind: "site" });');
    await addOwnTarget(join(folder, 'targets'), ['process'], 'site', { module });
    await addOwnTarget(join(folder, 'targets'), ['process'], 'mainframe', { url: 'http://127.0.0.1:1' });
    expect(JSON.parse(await readFile(join(folder, 'targets/site.json'), 'utf8'))).toEqual({ module });
    const targets = await readOwnTargets(join(folder, 'targets'), ['process']);
    expect([...targets.keys()]).toEqual(['mainframe', 'site']);
    expect(await targets.get('site')?.({ verb: 'describe' })).toEqual({ verb: 'describe', kind: 'site' });
  });

  it('are none without a folder; a path is relative to its file', async () => {
    expect(await readOwnTargets(join(folder, 'nowhere'), [])).toEqual(new Map());
    await mkdir(join(folder, 'targets'));
    await write('handler.mjs', 'export const handler = async () => 1;');
    await write('targets/site.json', '{"module": "../handler.mjs"}');
    expect(await (await readOwnTargets(join(folder, 'targets'), [])).get('site')?.({})).toBe(1);
  });

  it.each([
    ['process.json', '{"url": "http://127.0.0.1:1"}', /is a target of Slipway's own/], ['Big.json', '{"url": "http://127.0.0.1:1"}', /is no name of a target/],
    ['site.json', '{"url": "file:///etc/passwd"}', /either/], ['site.json', '{"module": "a", "url": "http://b"}', /either/], ['site.json', '{', /either/],
  ])('are refused with the file\'s name: %s %s', async (name, text, words) => {
    await write(name, text);
    await expect(readOwnTargets(folder, ['process'])).rejects.toMatchObject({ name: 'InvalidInput', message: expect.stringMatching(words) });
    await expect(readOwnTargets(folder, ['process'])).rejects.toThrow(join(folder, name));
  });
});

describe('a module', () => {
  it('fails by the name of its error, and by another one when nobody knows that', async () => {
    const module = await write('handler.mjs', 'export async function handler({ name }) { throw Object.assign(new Error("why"), { name }); }');
    const send = sendTo('site', { module });
    await expect(send({ name: 'StaleGeneration' })).rejects.toMatchObject({ name: 'StaleGeneration', message: 'why' });
    await expect(send({ name: 'TypeError' })).rejects.toMatchObject({ name: 'ProviderUnavailable', message: 'The target "site" failed: TypeError: why' });
  });

  it('never keeps hold of the caller\'s objects', async () => {
    const module = await write('handler.mjs', 'export async function handler(request) { request.list.push(1); return request; }');
    const request = { list: [] as number[] };
    expect(await sendTo('site', { module })(request)).toEqual({ list: [1] });
    expect(request.list).toEqual([]);
  });

  it('that cannot be loaded, or exports something else, is named', async () => {
    await expect(sendTo('site', { module: join(folder, 'none.mjs') })({})).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('none.mjs cannot be loaded') });
    await expect(exportedFunction(await write('other.mjs', 'export const handler = 5;'), 'handler')).rejects.toMatchObject({ name: 'NotSupported', message: expect.stringContaining('does not export a function "handler"') });
  });
});

describe('an address', () => {
  let server: Server;
  let answer: { status: number; body: string };
  let asked: unknown;
  beforeEach(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
        asked = JSON.parse(Buffer.concat(parts).toString());
        response.writeHead(answer.status, answer.status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end(answer.body);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const send = (request: unknown) => sendTo('site', { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/verbs` })(request);

  it('gets the request and answers the result', async () => {
    answer = { status: 200, body: '{"verb":"describe"}' };
    expect(await send({ verb: 'describe' })).toEqual({ verb: 'describe' });
    expect(asked).toEqual({ verb: 'describe' });
  });

  it.each([
    [{ status: 409, body: '{"errorType":"StaleGeneration","errorMessage":"old"}' }, 'StaleGeneration', /^old$/],
    [{ status: 200, body: '{"errorType":"InvalidInput","errorMessage":"no"}' }, 'InvalidInput', /^no$/],
    [{ status: 500, body: 'oops' }, 'ProviderUnavailable', /answered 500/],
    [{ status: 200, body: 'not JSON' }, 'ProviderUnavailable', /no result/],
    [{ status: 302, body: '' }, 'ProviderUnavailable', /did not answer/],
    [{ status: 200, body: `"${'x'.repeat(7 * 1024 ** 2)}"` }, 'LimitExceeded', /more than/],
  ])('%# fails as it says', async (given, name, words) => {
    answer = given;
    await expect(send({})).rejects.toMatchObject({ name, message: expect.stringMatching(words) });
  });

  it('where nothing listens is unavailable', async () => {
    await expect(sendTo('site', { url: 'http://127.0.0.1:1/' })({})).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('Start it') });
  });
});

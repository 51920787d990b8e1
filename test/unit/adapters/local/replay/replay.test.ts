/** Requests read from files and sent to real servers. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestListener } from 'node:http';
import { parseHar } from '../../../../../src/contracts/har.ts';
import { requestsOf } from '../../../../../src/adapters/local/replay/requests-of.ts';
import { runReplay } from '../../../../../src/adapters/local/replay/run-replay.ts';
import { Replay } from '../../../../../src/domain/manifest.ts';
import { ComparisonRule } from '../../../../../src/domain/parallel/rule.ts';
import { startInstance } from '../../../router/rig.ts';

let folder: string;
const ends: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  mkdirSync(join(folder, 'files'));
  mkdirSync(join(folder, 'inputs'));
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(folder, { recursive: true });
});

const [files, inputs] = [() => join(folder, 'files'), () => join(folder, 'inputs')];
const replay = (parts: Record<string, unknown>) => Replay.parse({ from: 'requests.txt', rate: 100, duration: '500ms', ...parts });
async function server(listener: RequestListener): Promise<string> {
  const { port, close } = await startInstance(listener);
  ends.push(close);
  return `http://127.0.0.1:${port}`;
}
const message = async (work: Promise<unknown>): Promise<string> => work.then(() => 'it was taken', (error: Error) => `${error.name} ${error.message}`);

describe('a HAR file', () => {
  const har = (request: unknown) => JSON.stringify({ log: { version: '1.2', entries: [{ request: { method: 'GET', url: 'https://shop.example/a' } }, { request }] } }, null, 2);

  it('gives requests with path, query, headers and body, without what belongs to its connection', () => {
    const headers = [{ name: ':authority', value: 'shop.example' }, { name: 'Host', value: 'shop.example' }, { name: 'Accept', value: 'text/html' }, { name: 'Content-Length', value: '2' }];
    expect(parseHar(har({ method: 'POST', url: 'https://shop.example/b?c=d#e', headers, postData: { mimeType: 'application/json', text: '{}' } }), 'f.har')).toEqual({ requests: [{ method: 'GET', target: '/a', headers: {} }, { method: 'POST', target: '/b?c=d', headers: { accept: 'text/html' }, body: '{}' }], notAsked: 0 });
  });

  const entry = (url: string, more: object = {}, response: object = { status: 200 }) => ({ request: { method: 'GET', url, ...more }, response });
  const post = (postData: object) => entry('https://shop.example/p', { method: 'POST', postData });
  const read = (...entries: object[]) => parseHar(`\uFEFF${JSON.stringify({ log: { entries: [entry('https://shop.example/a'), ...entries] } })}`, 'f.har');

  it.each([
    ['data:', entry('data:image/png;base64,iVBORw0KGgo=')], ['blob:', entry('blob:https://shop.example/2b1b2c3d')], ['an extension', entry('chrome-extension://abcdef/x.js')], ['about:', entry('about:blank')],
    ['a web socket', entry('wss://shop.example/socket', {}, { status: 101 })], ['an upgrade', entry('https://shop.example/socket', {}, { status: 101 })], ['what was blocked', entry('https://shop.example/pixel', {}, { status: 0 })],
    ['a form of which only the fields are known', post({ mimeType: 'multipart/form-data', params: [{ name: 'f', fileName: 'a.png' }] })], ['bytes that are no text', post({ text: '/w==', encoding: 'base64' })],
  ])('is read without %s, which is counted', (_, left) => expect(read(left)).toEqual({ requests: [{ method: 'GET', target: '/a', headers: {} }], notAsked: 1 }));

  it('has bodies in base64, cookies one by one, and fields that are null', () => {
    const headers = [{ name: 'cookie', value: 'a=1' }, { name: 'Cookie', value: 'b=2' }, { name: 'accept', value: 'x/y' }, { name: 'accept', value: 'z/w' }];
    expect(read(post({ text: 'eyJhIjoxfQ==', encoding: 'base64' }), entry('https://shop.example/c', { headers, postData: null })).requests.slice(1)).toEqual([
      { method: 'POST', target: '/p', headers: {}, body: '{"a":1}' }, { method: 'GET', target: '/c', headers: { cookie: 'a=1; b=2', accept: 'x/y, z/w' } },
    ]);
  });

  it.each([
    ['{"log": {\n "entries": [\n  oops', 'InvalidInput f.har:3: it is no JSON'],
    ['{"log": {"entries": []}}', 'InvalidInput f.har:1: log.entries: there is no request in it'],
    ['[]', 'InvalidInput f.har:1: '],
    ['{\n "log": {\n "entries": [{"request": {"method": "GET", "url": "about:blank"}}]}}', 'InvalidInput f.har:3: log.entries: none of its 1 entries is a request that a server was asked'],
    [har({ method: 'GET', url: 'no address' }), 'InvalidInput f.har:14: log.entries[1].request.url'],
    [har({ url: 'https://shop.example/' }), 'InvalidInput f.har:12: log.entries[1].request.method'],
    [har({ method: 'get it', url: 'https://shop.example/' }), 'InvalidInput f.har:12: log.entries[1].request: method: a method in upper case'],
  ])('is refused with file, line and reason: %#', (text, says) => {
    let refusal = 'it was taken';
    try {
      parseHar(text, 'f.har');
    } catch (error) {
      refusal = `${(error as Error).name} ${(error as Error).message}`;
    }
    expect(refusal).toContain(says);
  });
});

describe('the requests of a replay', () => {
  it('come from a recording, a HAR file or a list; other methods are left out', async () => {
    writeFileSync(join(inputs(), 'recording.ndjson'), '{"method":"GET","target":"/a","headers":{}}\n{"method":"POST","target":"/b","headers":{}}\n');
    writeFileSync(join(files(), 'list.txt'), '/c\n');
    expect(await requestsOf(replay({ from: 'recording' }), files(), inputs())).toMatchObject({ requests: [{ target: '/a' }], leftOut: 1 });
    expect(await requestsOf(replay({ from: 'list.txt' }), files(), inputs())).toMatchObject({ requests: [{ target: '/c' }], leftOut: 0 });
  });

  it('are refused where there is no file, it leads outside, or nothing is left', async () => {
    symlinkSync('/etc/hostname', join(files(), 'link.txt'));
    writeFileSync(join(files(), 'posts.txt'), 'POST /a\n');
    expect(await message(requestsOf(replay({ from: 'gone.txt' }), files(), inputs()))).toContain('gone.txt: there is no such file');
    expect(await message(requestsOf(replay({ from: 'link.txt' }), files(), inputs()))).toContain('leads outside');
    expect(await message(requestsOf(replay({ from: 'posts.txt' }), files(), inputs()))).toContain('none of its 1 requests has a method of GET, HEAD');
  });
});

describe('a replay', () => {
  it('sends the requests in turn, at its rate, and says what it measured', async () => {
    writeFileSync(join(files(), 'requests.txt'), '/a\n/b?c\n{"method":"GET","target":"/d","headers":{"accept":"text/plain"}}\n');
    const asked: string[] = [];
    const baseUrl = await server((request, response) => {
      asked.push(`${request.url} ${request.headers.accept ?? ''}`);
      response.end('fine');
    });
    const { passed, lines } = await runReplay({ replay: replay({}), baseUrl, compare: null }, files(), inputs());
    expect([passed, lines[0], lines[1]]).toEqual([true, '3 requests of requests.txt at 100/s for 0.5 s', expect.stringMatching(/^50 requests, 0 failed; p50 .* 200: 50$/)]);
    expect(asked.filter((line) => line === '/b?c ')).toHaveLength(17);
    expect(asked.filter((line) => line === '/d text/plain')).toHaveLength(16);
  });

  it('goes on at its rate while answers are late: the wait is seen in the latency', async () => {
    writeFileSync(join(files(), 'requests.txt'), '/\n');
    let arrived = 0;
    const waiting: (() => void)[] = [];
    const baseUrl = await server((_request, response) => {
      arrived++;
      waiting.push(() => response.end());
      // Nobody is answered until all have come: a sender that waits for answers would never get here.
      if (arrived === 50) for (const answer of waiting) answer();
    });
    expect((await runReplay({ replay: replay({}), baseUrl, compare: null }, files(), inputs())).lines[1]).toContain('50 requests, 0 failed');
  });

  it('fails on failures and on a server that is not there', async () => {
    writeFileSync(join(files(), 'requests.txt'), '/\n');
    let count = 0;
    const baseUrl = await server((_request, response) => {
      response.statusCode = count++ % 5 === 0 ? 503 : 200;
      response.end();
    });
    expect((await runReplay({ replay: replay({}), baseUrl, compare: null }, files(), inputs())).lines).toContain('Not as expected: 10 of 50 requests failed (20 %), and at most 0 % may.');
    for (const end of ends.splice(0)) await end();
    expect((await runReplay({ replay: replay({}), baseUrl, compare: null }, files(), inputs())).lines[1]).toContain('50 requests, 50 failed; p50 not known');
  });

  it('compares with the stable revision where that is asked for', async () => {
    writeFileSync(join(files(), 'requests.txt'), '/\n');
    const json = (price: number): RequestListener => (_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ price, at: Math.random() }));
    const [old, same, other] = [await server(json(1)), await server(json(1)), await server(json(2))];
    const compare = (candidate: string) => ({ rule: ComparisonRule.parse({}), stable: [old], candidate: [candidate] });
    expect(await runReplay({ replay: replay({ compare: true }), baseUrl: same, compare: compare(same) }, files(), inputs())).toMatchObject({ passed: true });
    const differing = await runReplay({ replay: replay({ compare: true }), baseUrl: other, compare: compare(other) }, files(), inputs());
    expect(differing.passed).toBe(false);
    expect(differing.lines.join('\n')).toContain('different: the candidate\'s answers differ from the stable revision\'s in $.price in 100 %');
    expect(differing.lines).toContain('  GET /: $.price was 1, the candidate has 2');
  });
});

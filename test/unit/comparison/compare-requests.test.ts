/** Requests asked of two revisions over HTTP, each by a header of its own. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent } from 'node:http';
import type { RequestListener } from 'node:http';
import { askOverHttp } from '../../../src/comparison/ask-over-http.ts';
import type { Ask } from '../../../src/comparison/compare-request.ts';
import { compareRequests } from '../../../src/comparison/compare-requests.ts';
import { Forbidden, ProviderUnavailable } from '../../../src/domain/errors.ts';
import { ComparisonRule } from '../../../src/domain/parallel/rule.ts';
import type { RecordedRequest } from '../../../src/domain/recording/recorded-request.ts';
import { startInstance } from '../router/rig.ts';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const rule = ComparisonRule.parse({});
const requests = (count: number): RecordedRequest[] => Array.from({ length: count }, (_, index) => ({ method: 'GET', target: `/items/${index}?a=b`, headers: { accept: 'application/json', host: 'elsewhere.example', 'if-none-match': '"x"' } }));

async function asks(listener: RequestListener, path = '', heard: Parameters<typeof askOverHttp>[1] = () => undefined): Promise<{ stable: Ask; candidate: Ask }> {
  const { port, close } = await startInstance(listener);
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  ends.push(() => agent.destroy(), close);
  const ask = (revision: string) => askOverHttp({ endpoint: `http://127.0.0.1:${port}${path}`, header: ['x-slipway-ask', revision], agent }, heard);
  return { stable: ask('old'), candidate: ask('new') };
}

describe('requests that two revisions are asked', () => {
  it('are sent twice to the one and once to the other, with what belongs to them and nothing else', async () => {
    const seen: { readonly who: string; readonly line: string; readonly headers: unknown }[] = [];
    const report = await compareRequests(rule, requests(20), await asks(({ method, url, headers }, response) => {
      seen.push({ who: String(headers['x-slipway-ask']), line: `${method ?? ''} ${url ?? ''}`, headers });
      response.setHeader('content-type', 'application/json').end('{"price":1}');
    }, '/base/'));
    expect(report).toEqual({ compared: 20, differing: 0, unanswered: 0, dropped: 0, fields: {}, examples: [] });
    expect(seen.filter(({ who }) => who === 'old')).toHaveLength(40);
    expect(seen.filter(({ who }) => who === 'new').map(({ line }) => line).sort()).toEqual(requests(20).map(({ target }) => `GET /base${target}`).sort());
    expect(seen[0]?.headers).toMatchObject({ accept: 'application/json', 'accept-encoding': 'identity', 'x-slipway-mirror': '1', host: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
    expect(seen[0]?.headers).not.toHaveProperty('if-none-match');
  });

  it('show where answers differ, by field, status, header and silence', async () => {
    const report = await compareRequests(rule, requests(20), await asks((request, response) => {
      const fresh = request.headers['x-slipway-ask'] === 'new';
      const index = Number(/\d+/.exec(request.url ?? '')?.[0]);
      if (fresh && index === 3) return void request.socket.destroy();
      response.writeHead(fresh && index === 4 ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ price: fresh ? 2 : 1, at: Math.random() }));
    }));
    expect(report.compared).toBe(20);
    expect(report.fields).toEqual({ '$.price': { candidate: 19, stable: 0, both: 0 }, '$.at': { candidate: 0, stable: 1, both: 19 }, status: { candidate: 1, stable: 0, both: 0 }, answer: { candidate: 1, stable: 0, both: 0 } });
    expect(report.examples).toContainEqual({ field: '$.price', request: 'GET /items/0?a=b', stable: '1', candidate: '2' });
  });

  it('sends bodies, and reads empty and long answers', async () => {
    const bodies: string[] = [];
    const report = await compareRequests(rule, [{ method: 'POST', target: '/orders', headers: { 'content-type': 'application/json' }, body: '{"grün":1}' }, { method: 'HEAD', target: '/', headers: {} }], await asks((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        bodies.push(Buffer.concat(chunks).toString());
        response.end(request.method === 'POST' ? 'x'.repeat(6 * 1024 * 1024) : undefined);
      });
    }));
    expect(report).toMatchObject({ compared: 2, differing: 0 });
    expect(bodies.filter((body) => body === '{"grün":1}')).toHaveLength(3);
  });

  it('count as unanswered when the stable revision is silent, or something passes by itself', async () => {
    expect(await compareRequests(rule, requests(3), await asks((request) => request.socket.destroy()))).toMatchObject({ compared: 0, unanswered: 3 });
    const throttled: Ask = async () => { throw new ProviderUnavailable('too many calls'); };
    expect(await compareRequests(rule, requests(3), { stable: throttled, candidate: throttled })).toMatchObject({ compared: 0, unanswered: 3 });
    const heard: number[] = [];
    await compareRequests(rule, requests(2), await asks((_request, response) => response.writeHead(503).end(), '', (answer) => void heard.push(answer.kind === 'answer' ? answer.status : 0)));
    expect(heard).toEqual([503, 503, 503, 503, 503, 503]);
  });

  it('end with what will not pass: a right that is missing is no difference', async () => {
    const ask: Ask = async () => { throw new Forbidden('it may not be invoked'); };
    await expect(compareRequests(rule, requests(3), { stable: ask, candidate: ask })).rejects.toMatchObject({ name: 'Forbidden' });
  });

  it('are not begun when there is no time left, and only so many at once', async () => {
    let [now, underWay, most] = [0, 0, 0];
    const ask: Ask = async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      now += 1000;
      return { kind: 'answer', status: 200, headers: {}, body: { kind: 'json', value: 1 } };
    };
    const report = await compareRequests(rule, requests(1000), { stable: ask, candidate: ask, atOnce: 2 }, () => now);
    expect(report.compared).toBeGreaterThanOrEqual(10);
    expect(report.compared).toBeLessThanOrEqual(12);
    expect(most).toBe(6);
  });
});

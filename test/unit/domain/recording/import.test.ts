import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, integer, option, property, record } from 'fast-check';
import { importedRequests, ImportRule, RECORDING_BYTES_MAX } from '../../../../src/domain/recording/import.ts';
import type { RecordedRequest } from '../../../../src/domain/recording/recorded-request.ts';

const rule = (parts: Record<string, unknown> = {}) => ImportRule.parse(parts);
const get = (target: string, headers: Record<string, string> = {}): RecordedRequest => ({ method: 'GET', target, headers });

describe('requests of a file', () => {
  it('are kept by the rules of a recording: no cookies, credentials and secrets', () => {
    const { kept, leftOut } = importedRequests([
      get('/a?token=abcdefgh&q=1', { Accept: 'text/html', Cookie: 'session=1', Authorization: 'Bearer abcdefghij', 'X-Trace': 'no' }),
      { method: 'POST', target: '/orders', headers: {}, body: '{"password":"p","item":1}' },
    ], rule({ methods: ['GET', 'POST'], bodies: 'json' }));
    expect([kept, leftOut]).toEqual([[get('/a?token=REDACTED&q=1', { accept: 'text/html' }), { method: 'POST', target: '/orders', headers: {}, body: '{"password":"(redacted)","item":1}' }], 0]);
  });

  it('are left out with other methods, and with bodies that may not be kept', () => {
    const requests: RecordedRequest[] = [get('/a'), { method: 'PUT', target: '/b', headers: {} }, { method: 'GET', target: '/c', headers: {}, body: '{}' }, { method: 'GET', target: '/d', headers: {}, body: 'a=b' }];
    expect(importedRequests(requests, rule())).toEqual({ kept: [get('/a')], leftOut: 3 });
    expect(importedRequests(requests, rule({ bodies: 'json' }))).toMatchObject({ kept: [{ target: '/a' }, { target: '/c', body: '{}' }], leftOut: 2 });
  });

  it('are the last so many, and no more bytes than a recording has', () => {
    expect(importedRequests([get('/a'), get('/b'), get('/c')], rule({ requests: 2 })).kept).toEqual([get('/b'), get('/c')]);
    const long = 'x'.repeat(8000);
    const kept = importedRequests(Array.from({ length: 1000 }, (_, index) => get(`/${index}${long}`)), rule({ requests: 10_000 })).kept;
    expect(kept.at(-1)?.target.startsWith('/999x')).toBe(true);
    const bytes = kept.reduce((sum, request) => sum + JSON.stringify(request).length, 0);
    expect(bytes).toBeLessThanOrEqual(RECORDING_BYTES_MAX);
    expect(bytes).toBeGreaterThan(RECORDING_BYTES_MAX - 9000);
  });

  it('cleaned twice are as cleaned once: the control plane does again what the command did', () => {
    const request = record({ method: constantFrom('GET', 'POST', 'OPTIONS'), target: constantFrom('/a?token=abcdefgh', '/b?apiKey=1&c=d', '/c'), headers: constantFrom({}, { accept: 'a', cookie: 'b' }, { authorization: 'Bearer abcdefghijk' }), body: option(constantFrom('{"secret":"s","a":[1]}', 'no json', ''), { nil: undefined }) });
    assert(property(array(request, { maxLength: 20 }), integer({ min: 1, max: 30 }), constantFrom('none', 'json'), (requests, most, bodies) => {
      const by = rule({ requests: most, bodies, methods: ['GET', 'POST'] });
      const once = importedRequests(requests as RecordedRequest[], by).kept;
      expect(importedRequests(once, by)).toEqual({ kept: once, leftOut: 0 });
      expect(JSON.stringify(once)).not.toMatch(/cookie|authorization|abcdefgh|"s"/i);
    }));
  });
});

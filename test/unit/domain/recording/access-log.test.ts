import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, property, string } from 'fast-check';
import { isAccessLog, parseAccessLog } from '../../../../src/domain/recording/access-log.ts';

/** As AWS documents a line, with another request and user agent. */
const line = (request: string, agent = 'curl/7.46.0', kind = 'https') =>
  `${kind} 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "${request}" "${agent}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" "arn:aws:acm:us-east-2:123456789012:certificate/12345678" 1 2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_123456`;

describe('an access log of a load balancer', () => {
  it('gives method, path, query and user agent, and nothing of clients and hosts', () => {
    const text = [line('GET https://www.example.com:443/products?limit=1 HTTP/1.1'), line('HEAD http://www.example.com:80/ HTTP/1.1', '-', 'http'), line('POST https://www.example.com:443/orders HTTP/2.0', 'a \\"b\\" c', 'h2'), ''].join('\n');
    expect(isAccessLog(text)).toBe(true);
    expect(parseAccessLog(text, 'a.log')).toEqual({
      leftOut: 0,
      requests: [
        { method: 'GET', target: '/products?limit=1', headers: { 'user-agent': 'curl/7.46.0' } }, { method: 'HEAD', target: '/', headers: {} },
        { method: 'POST', target: '/orders', headers: { 'user-agent': 'a "b" c' } },
      ],
    });
    expect(JSON.stringify(parseAccessLog(text, 'a.log'))).not.toMatch(/192\.168|example\.com/);
  });

  it('leaves out what the load balancer could not read itself', () => {
    expect(parseAccessLog([line('- http://www.example.com:80- -', '-', 'http'), line('GET https://www.example.com:443/a HTTP/1.1')].join('\n'), 'a.log')).toMatchObject({ leftOut: 1, requests: [{ target: '/a' }] });
  });

  it('keeps bytes of a path that are no plain text as a path has them', () => {
    expect(parseAccessLog(line('GET https://www.example.com:443/gr\\xc3\\xbcn HTTP/1.1'), 'a.log').requests).toMatchObject([{ target: '/gr%C3%BCn' }]);
  });

  it('is refused with file and line where a line is another one', () => {
    expect(() => parseAccessLog(`${line('GET https://a:443/ HTTP/1.1')}\nGET /products\n`, 'a.log')).toThrow(/^a\.log:2: "GET \/products" is no line of an access log/);
    expect(isAccessLog('GET /products\n')).toBe(false);
    expect(isAccessLog('{"method":"GET","target":"/"}')).toBe(false);
  });

  it('leaves out what nobody can ask again', () => {
    expect(parseAccessLog(line('GET https://a:443/a\u2001b HTTP/1.1'), 'a.log')).toEqual({ requests: [], leftOut: 1 });
  });

  it('never gives a target that is no path, whatever was asked', () => {
    assert(property(constantFrom('GET', 'POST'), string({ unit: 'grapheme' }), (method, path) => {
      const escaped = path.replaceAll(/["\\\n\r]/g, '');
      for (const { target } of parseAccessLog(line(`${method} https://a:443/${escaped} HTTP/1.1`), 'a.log').requests) expect(target).toMatch(/^\/\S*$/);
    }));
  });
});

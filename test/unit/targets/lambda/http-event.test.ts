import { describe, expect, it } from '@jest/globals';
import { httpEvent } from '../../../../src/targets/lambda/http-event.ts';

describe('a request as an event of an HTTP API', () => {
  it('has path, query, headers and method as payload format 2.0 has them', () => {
    expect(httpEvent({ method: 'GET', target: '/items/1?a=b&a=c&d=%C3%BC', headers: '', body: undefined }, ['Accept', 'text/html', 'accept', 'application/json', 'user-agent', 'curl'])).toEqual({
      version: '2.0', routeKey: '$default', rawPath: '/items/1', rawQueryString: 'a=b&a=c&d=%C3%BC', headers: { accept: 'text/html,application/json', 'user-agent': 'curl' }, queryStringParameters: { a: 'b,c', d: 'ü' }, isBase64Encoded: false,
      requestContext: expect.objectContaining({ stage: '$default', http: { method: 'GET', path: '/items/1', protocol: 'HTTP/1.1', sourceIp: '0.0.0.0', userAgent: 'curl' } }),
    });
  });

  it('has no query parameters without a query, and the body as text', () => {
    const event = httpEvent({ method: 'POST', target: '/', headers: '', body: new TextEncoder().encode('{"grün":1}') }, []);
    expect(event).not.toHaveProperty('queryStringParameters');
    expect(event).toMatchObject({ rawPath: '/', rawQueryString: '', body: '{"grün":1}', isBase64Encoded: false });
  });
});

import { describe, expect, it } from '@jest/globals';
import { recorded } from '../../../../src/domain/recording/recorded-request.ts';
import { RecordingRule } from '../../../../src/domain/recording/rule.ts';

const rule = RecordingRule.parse({ headers: ['accept', 'x-tenant', 'x-secret-thing'] });
const seen = (parts: Partial<Parameters<typeof recorded>[0]> = {}) => ({ method: 'GET', target: '/', headers: '', body: undefined, ...parts });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a recorded request', () => {
  it('keeps allowed headers only, and of those no secret', () => {
    const headers = 'Accept: text/html\r\nCookie: a=b\r\nAuthorization: Bearer abcdefghijk\r\nX-Tenant: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x\r\nx-secret-thing: 1\r\nuser-agent: curl\r\nconnection: keep-alive\r\n';
    expect(recorded(seen({ headers }), rule)).toEqual({ method: 'GET', target: '/', headers: { accept: 'text/html' } });
  });

  it('cannot be told to keep cookies or credentials', () => {
    for (const name of ['cookie', 'authorization', 'x-api-key', 'x-forwarded-for']) expect(RecordingRule.safeParse({ headers: [name] }).success).toBe(false);
  });

  it('takes secrets out of targets and JSON bodies, and leaves out bodies it cannot read', () => {
    expect(recorded(seen({ method: 'POST', target: '/login?access_token=x&page=2', body: bytes('{"user":"anna","password":"p","items":[{"apiKey":"k"}]}') }), rule)).toEqual({
      method: 'POST', target: '/login?access_token=REDACTED&page=2', headers: {}, body: '{"user":"anna","password":"(redacted)","items":[{"apiKey":"(redacted)"}]}',
    });
    expect(recorded(seen({ method: 'POST', body: bytes('password=p') }), rule)).toBeUndefined();
    expect(recorded(seen({ method: 'POST', body: new Uint8Array([0xff, 0xfe]) }), rule)).toBeUndefined();
  });
});

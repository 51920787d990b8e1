/** Signatures beside those of another implementation: whatever is asked, both sign the same. */
import { describe, expect, it } from '@jest/globals';
import { AwsV4Signer } from 'aws4fetch';
import * as fc from 'fast-check';
import { signed, type Unsigned } from '../../../../src/adapters/aws/calls/signature.ts';

const NOW = Date.UTC(2026, 4, 4, 6, 30, 5, 678);
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret/with+signs' };

async function theirs({ method, url, headers, body, service, region, credentials: { sessionToken, ...keys } }: Unsigned): Promise<string | null> {
  const { headers: all } = await new AwsV4Signer({
    method, url: url.href, headers, service, region, datetime: '20260504T063005Z', ...keys, ...(sessionToken === undefined ? {} : { sessionToken }), ...(typeof body === 'string' ? { body } : {}),
  }).sign();
  return all.get('authorization');
}

const name = fc.constantFrom('x-amz-target', 'content-type', 'if-none-match', 'user-agent', 'range', 'x-amz-checksum-sha256', 'x-custom');
/** Without blanks at its ends, which fetch's headers take away. */
const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const part = fc.stringMatching(/^[A-Za-z0-9 !'()*~._:@$,;=+&%äß-]{1,12}$/).filter((text) => text !== '.' && text !== '..');
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'), service: fc.constantFrom('lambda', 'dynamodb', 'ec2', 's3'), region: fc.constantFrom('eu-central-1', 'us-gov-west-1'), now: fc.constant(NOW),
  headers: fc.dictionary(name, value), path: fc.array(part, { maxLength: 4 }), query: fc.uniqueArray(fc.tuple(part, fc.oneof(part, fc.constant(''))), { maxLength: 4, selector: ([key]) => key }), body: fc.option(fc.string()),
  credentials: fc.constantFrom(KEYS, { ...KEYS, sessionToken: 'of a role' }),
}).map(({ path, query, body, ...rest }): Unsigned => ({
  ...rest, body: rest.service === 's3' ? undefined : body,
  url: new URL(`https://service.${rest.region}.amazonaws.com/${path.map(encodeURIComponent).join('/')}${query.length === 0 ? '' : `?${query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`}`),
}));

describe('a signature', () => {
  it('is the one that another library makes of the same request', async () => {
    await fc.assert(fc.asyncProperty(request, async (unsigned) => {
      expect(signed(unsigned).authorization).toBe(await theirs(unsigned));
    }), { numRuns: 300 });
  });

  it('covers the token of a role, and for S3 says that it does not cover the body', () => {
    const all = signed({ method: 'PUT', url: new URL('https://artifacts.s3.eu-central-1.amazonaws.com/a/b'), headers: { 'content-length': '7' }, body: undefined, service: 's3', region: 'eu-central-1', credentials: { ...KEYS, sessionToken: 'of a role' }, now: NOW });
    expect(all).toMatchObject({ 'x-amz-security-token': 'of a role', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'x-amz-date': '20260504T063005Z', host: 'artifacts.s3.eu-central-1.amazonaws.com', 'content-length': '7' });
    expect(all['authorization']).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,');
  });
});

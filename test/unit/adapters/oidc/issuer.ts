/** A real identity provider on loopback: metadata, keys, and whatever tokens a test wants. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface Issuer {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** What its token endpoint answers, and userinfo; what it was sent. */
  token: { readonly status: number; readonly body: unknown };
  userInfo: unknown;
  readonly exchanged: { readonly form: URLSearchParams; readonly authorization: string | undefined }[];
  /** How clients may show their secret; absent: it does not say. */
  methods: readonly string[] | undefined;
  /** What it does next time: as it should, or not. */
  behaviour: 'well' | 'down' | 'huge' | 'wrong issuer' | 'redirects' | 'plain text';
  sign(claims: Readonly<Record<string, unknown>>, options?: { readonly alg?: 'RS256' | 'ES256'; readonly kid?: string; readonly expiresIn?: string }): Promise<string>;
  /** A token with the right kid, signed by somebody else. */
  forge(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** Signs with another key from now on. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

export async function issuerAt(now: () => number): Promise<Issuer> {
  const keyPair = () => generateKeyPair('RS256', { extractable: true });
  let pair = await keyPair();
  let number = 1;
  const stranger = await keyPair();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const json = (value: unknown) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (issuer.behaviour === 'down') return void response.writeHead(500).end();
    if (issuer.behaviour === 'redirects') return void response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end();
    if (issuer.behaviour === 'plain text') return void response.writeHead(200).end('hello');
    if (issuer.behaviour === 'huge') return void response.writeHead(200).end(`{"issuer":"${'x'.repeat(400_000)}"}`);
    if (request.url === '/.well-known/openid-configuration') return void json({
      issuer: issuer.behaviour === 'wrong issuer' ? 'https://login.example.com' : issuer.url, jwks_uri: `${issuer.url}/keys`, authorization_endpoint: `${issuer.url}/authorize`, token_endpoint: `${issuer.url}/token`, userinfo_endpoint: `${issuer.url}/userinfo`,
      ...(issuer.methods === undefined ? {} : { token_endpoint_auth_methods_supported: issuer.methods }),
    });
    if (request.url === '/token') return void exchange(request).then((given) => {
      issuer.exchanged.push(given);
      return response.writeHead(issuer.token.status, { 'content-type': 'application/json' }).end(JSON.stringify(issuer.token.body));
    });
    if (request.url === '/userinfo') return void json(issuer.userInfo);
    return void exportJWK(pair.publicKey).then((key) => json({ keys: [{ ...key, kid: `key-${number}`, alg: 'RS256', use: 'sig' }] }));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = (claims: Readonly<Record<string, unknown>>, kid: string, expiresIn: string) => {
    const seconds = Math.floor(now() / 1000);
    const jwt = new SignJWT({ iss: url, aud: 'slipway', sub: 'anna', iat: seconds, exp: seconds + Number(expiresIn), ...claims });
    return jwt.setProtectedHeader({ alg: 'RS256', kid });
  };
  const issuer: Issuer = {
    url, asked, behaviour: 'well', token: { status: 400, body: { error: 'invalid_grant' } }, userInfo: {}, exchanged: [], methods: undefined,
    sign: (claims, { kid = `key-${number}`, expiresIn = '300' } = {}) => token(claims, kid, expiresIn).sign(pair.privateKey),
    forge: (claims) => token(claims, `key-${number}`, '300').sign(stranger.privateKey),
    rotate: async () => { pair = await keyPair(); number += 1; },
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
  return issuer;
}

async function exchange(request: IncomingMessage): Promise<Issuer['exchanged'][number]> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return { form: new URLSearchParams(Buffer.concat(parts).toString()), authorization: request.headers.authorization };
}

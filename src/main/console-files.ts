/** The web console: a folder of built files, served at `/` with headers that let nothing else in. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { someMatch } from '../api/tags.ts';
import { LimitExceeded } from '../domain/errors.ts';

/** The bundle's goal is 150 KB; ten megabytes are a mistake. */
const BYTES_MAX = 10 * 1024 * 1024;
const COMPRESSED_FROM_BYTES = 1024;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon', '.json': 'application/json',
  '.woff2': 'font/woff2', '.webmanifest': 'application/manifest+json', '.txt': 'text/plain; charset=utf-8',
};
const COMPRESSED = /^(?:text\/|application\/|image\/svg)/;
/** Only its own scripts, styles, pictures and the API of the same address; in no frame; nothing typed leaves in a form. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HEADERS = { 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin', 'permissions-policy': 'camera=(), geolocation=(), microphone=()' } as const;

interface Held {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzip: Buffer | undefined;
  /** The build puts a hash into the names under assets/: their content never changes. */
  readonly isForEver: boolean;
}

export interface ConsoleFiles {
  /** Answers false for a request that is none of the console's. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Reads the folder once. Absent: no console was built, and every request is somebody else's. */
export function consoleFiles(folder: string): ConsoleFiles {
  const files = existsSync(folder) ? read(folder) : new Map<string, Held>();
  return {
    serve: (request, response) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false;
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      if (path.startsWith('/v1/')) return false;
      // Pages of the console have addresses of their own, all of them the one document.
      const held = files.get(path) ?? (path === '/' || (!path.slice(path.lastIndexOf('/')).includes('.') && /\btext\/html\b/.test(request.headers.accept ?? '')) ? files.get('/index.html') : undefined);
      if (held === undefined) return false;
      send(request, response, held);
      return true;
    },
  };
}

function read(folder: string): Map<string, Held> {
  const files = new Map<string, Held>();
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = `/${relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')}`;
    const plain = readFileSync(join(entry.parentPath, entry.name));
    bytes += plain.length;
    if (bytes > BYTES_MAX) throw new LimitExceeded(`The console in ${folder} has more than ${BYTES_MAX} bytes, so it is not served. Build it again.`);
    const type = TYPES[extname(entry.name)] ?? 'application/octet-stream';
    const gzip = COMPRESSED.test(type) && plain.length >= COMPRESSED_FROM_BYTES ? gzipSync(plain, { level: 9 }) : undefined;
    files.set(path, { type, plain, gzip, isForEver: path.startsWith('/assets/'), etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"` });
  }
  return files;
}

function send(request: IncomingMessage, response: ServerResponse, { type, etag, plain, gzip, isForEver }: Held): void {
  const headers = { ...HEADERS, etag, vary: 'accept-encoding', 'cache-control': isForEver ? 'public, max-age=31536000, immutable' : 'no-cache' };
  const known = request.headers['if-none-match'];
  if (known !== undefined && someMatch(known, etag)) return void response.writeHead(304, headers).end();
  const isGzip = gzip !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const body = isGzip ? gzip : plain;
  response.writeHead(200, { ...headers, 'content-type': type, 'content-length': body.length, ...(isGzip ? { 'content-encoding': 'gzip' } : {}) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

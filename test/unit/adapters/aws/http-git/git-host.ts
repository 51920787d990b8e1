/** A git host on loopback: git's own HTTP server program behind a small gateway. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface GitHost {
  /** Repositories are `<address>/<folder>`. */
  readonly address: string;
  readonly requests: { readonly method: string; readonly path: string; readonly authorization: string | undefined; readonly answerBytes: () => number }[];
  close(): Promise<void>;
}

export interface GitHostOptions {
  /** Answers before git does. True: it has answered. */
  readonly first?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Whether contents of files can be left out. */
  readonly partial?: boolean;
  /** Over HTTPS, with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Serves every repository under `root`. */
export async function startGitHost(root: string, { first = () => false, partial = true, tls }: GitHostOptions = {}): Promise<GitHost> {
  const backend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');
  const requests: GitHost['requests'] = [];
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    let bytes = 0;
    requests.push({ method: request.method ?? '', path, authorization: request.headers.authorization, answerBytes: () => bytes });
    if (first(request, response)) return;
    const git = spawn(backend, [], {
      env: {
        PATH: process.env['PATH'], GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: path, QUERY_STRING: query, REQUEST_METHOD: request.method, CONTENT_TYPE: request.headers['content-type'] ?? '',
        REMOTE_ADDR: '127.0.0.1', GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''), HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '', CONTENT_LENGTH: request.headers['content-length'],
        GIT_CONFIG_NOSYSTEM: '1', HOME: root, GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*', GIT_CONFIG_KEY_1: 'uploadpack.allowFilter', GIT_CONFIG_VALUE_1: String(partial),
      },
    });
    request.pipe(git.stdin);
    git.stdin.on('error', () => undefined);
    const parts: Buffer[] = [];
    git.stdout.on('data', (part: Buffer) => parts.push(part));
    git.on('close', () => {
      const all = Buffer.concat(parts);
      const end = all.indexOf('\r\n\r\n');
      const headers = Object.fromEntries(all.toString('latin1', 0, end).split('\r\n').map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]));
      const { Status: status = '200', ...kept } = headers;
      const body = all.subarray(end + 4);
      bytes = body.length;
      response.writeHead(Number.parseInt(status, 10), kept);
      response.end(body);
    });
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

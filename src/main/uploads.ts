/** Takes an artifact's archive from an outside CI: streamed to a file, never held in memory, stored by its digest. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { identify } from '../api/access.ts';
import { authorize } from '../app/authorize.ts';
import type { HolderNeeds } from '../app/sessions/holder.ts';
import { answerOfError, json, type HttpAnswer } from '../contracts/http.ts';
import { LimitExceeded } from '../domain/errors.ts';
import type { Ports } from '../ports/index.ts';

const PATH = '/v1/blobs';
/** As much as an artifact may have. */
const UPLOAD_BYTES_MAX = 2 * 1024 ** 3;

export interface UploadNeeds {
  readonly ports: HolderNeeds & Pick<Ports, 'artifacts' | 'ids'>;
  readonly folder: string;
}

/** Answers false for a request that is no upload. */
export async function receiveUpload(needs: UploadNeeds, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (request.url !== PATH || request.method !== 'PUT') return false;
  const said = await store(needs, request).catch((error: unknown) => answerOfError(error));
  if (said.statusCode !== 201) response.setHeader('connection', 'close');
  response.writeHead(said.statusCode, { ...said.headers, 'content-length': Buffer.byteLength(said.body) });
  response.end(said.body);
  return true;
}

async function store({ ports, folder }: UploadNeeds, request: IncomingMessage): Promise<HttpAnswer> {
  // Whose artifact it is shows when it is registered; until then whoever registers anywhere may store one.
  await authorize(ports)(await identify(ports, request.headers.authorization), 'register', { kind: 'anywhere' });
  if (Number(request.headers['content-length'] ?? 0) > UPLOAD_BYTES_MAX) throw new LimitExceeded(`An artifact may have ${UPLOAD_BYTES_MAX} bytes at most.`);
  const path = join(folder, ports.ids.next());
  try {
    await pipeline(request, capped(UPLOAD_BYTES_MAX), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    return json(201, await ports.artifacts.put(path));
  } finally {
    await rm(path, { force: true });
  }
}

function capped(limitBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      done(bytes > limitBytes ? new LimitExceeded(`An artifact may have ${limitBytes} bytes at most.`) : null, part);
    },
  });
}

/** A file with requests: what is in it, by its name or its first line. */
import { isHar } from '../contracts/replay-requests.ts';
import { parseHar } from '../contracts/har.ts';
import { SlipwayError } from '../domain/errors.ts';
import { isAccessLog, parseAccessLog } from '../domain/recording/access-log.ts';
import type { RecordedRequest } from '../domain/recording/recorded-request.ts';
import { parseRequestList } from '../domain/replay/request-list.ts';
import { readable } from './arguments.ts';
import { CliError, EXIT } from './exit.ts';
import type { Files } from './needs.ts';

/** A HAR file has the answers in it too. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** @throws CliError naming file, line and reason */
export async function requestsInFile(files: Pick<Files, 'read' | 'blob' | 'exists'>, path: string): Promise<readonly RecordedRequest[]> {
  const text = path.endsWith('.gz') ? await unpacked(files, path) : await readable(files.read(path, FILE_BYTES_MAX), path);
  try {
    if (isHar(path)) return parseHar(text, path).requests;
    return isAccessLog(text) ? parseAccessLog(text, path).requests : parseRequestList(text, path);
  } catch (error) {
    throw error instanceof SlipwayError ? new CliError(EXIT.failed, error.message, { cause: error }) : error;
  }
}

/** Bounded while it is unpacked: what a packed file becomes, its size does not say. */
async function unpacked(files: Pick<Files, 'blob' | 'exists'>, path: string): Promise<string> {
  if (!(await files.exists(path))) throw new CliError(EXIT.failed, `There is no file ${path}.`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of (await files.blob(path)).stream().pipeThrough(new DecompressionStream('gzip')) as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > FILE_BYTES_MAX) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new CliError(EXIT.failed, `${path} cannot be unpacked: it is no whole gzip file.`, { cause: error });
  }
  if (bytes > FILE_BYTES_MAX) throw new CliError(EXIT.failed, `${path} has more than ${FILE_BYTES_MAX} bytes when it is unpacked. Import a part of it.`);
  return Buffer.concat(chunks).toString('utf8');
}

/** The requests of a replay: a recording, a HAR file or a list. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInput } from '../../../domain/errors.ts';
import type { Replay } from '../../../domain/manifest.ts';
import type { RecordedRequest } from '../../../domain/recording/recorded-request.ts';
import { parseRequestList } from '../../../domain/replay/request-list.ts';
import { RECORDING_INPUT } from '../../../domain/replay/spec.ts';
import { parseHar } from './har.ts';

const FILE_BYTES_MAX = 64 * 1024 * 1024;

export interface ReplayRequests {
  readonly requests: readonly RecordedRequest[];
  /** Those whose method the manifest does not name. */
  readonly leftOut: number;
}

/**
 * @param directory the release's files, at the manifest's folder @param inputs where a recording was put
 * @throws InvalidInput naming file, line and reason
 */
export async function requestsOf({ from, methods }: Pick<Replay, 'from' | 'methods'>, directory: string, inputs: string): Promise<ReplayRequests> {
  const all = from === 'recording' ? parseRequestList(await textOf(inputs, RECORDING_INPUT), 'recording') : parse(await textOf(directory, from), from);
  const requests = all.filter(({ method }) => (methods as readonly string[]).includes(method));
  if (requests.length === 0) throw new InvalidInput(`${from}: none of its ${all.length} requests has a method of ${methods.join(', ')}. Name its methods in "methods" of the test.`, { from });
  return { requests, leftOut: all.length - requests.length };
}

const parse = (text: string, file: string): RecordedRequest[] => (file.toLowerCase().endsWith('.har') ? parseHar(text, file) : parseRequestList(text, file));

async function textOf(folder: string, file: string): Promise<string> {
  const top = await realpath(folder);
  const path = await realpath(join(top, file)).catch(() => undefined);
  if (path === undefined) throw new InvalidInput(`${file}: there is no such file in the release's files.`, { file });
  if (!path.startsWith(`${top}/`)) throw new InvalidInput(`${file}: it is a link that leads outside the release's files. Put a real file there.`, { file });
  const { size } = await stat(path);
  if (size > FILE_BYTES_MAX) throw new InvalidInput(`${file}: it has ${size} bytes, and ${FILE_BYTES_MAX} is the most. Split it.`, { file });
  return readFile(path, 'utf8');
}

/** `environments.yaml` of one machine, read when it has changed. */
import { constants, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type EnvironmentsResult, type Issue, issueLine, parseEnvironments } from '../../contracts/manifest-file.ts';
import { InvalidManifest, NotFound } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EnvironmentsSource } from '../../ports/environments.ts';
import { createSettledFile } from './settled-file.ts';

export const ENVIRONMENTS_BYTES_MAX = 256 * 1024;
async function openFile(path: string): Promise<FileHandle> {
  try {
    // O_NONBLOCK: opening a pipe must not wait for its writer.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    throw new NotFound(`There is no environments file at ${path}. Make one with "slipway init --environments", or name another one when you start Slipway.`, { path }, { cause: error });
  }
}

function whole(path: string, message: string): EnvironmentsResult {
  const issue: Issue = { file: path, line: 1, column: 1, path: '', message, severity: 'error' };
  return { ok: false, issues: [issue] };
}

async function readAll(file: FileHandle, path: string): Promise<EnvironmentsResult> {
  // One byte more than allowed, whatever the size claims: the cap holds for a file that grows.
  const buffer = Buffer.alloc(ENVIRONMENTS_BYTES_MAX + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === buffer.length) break;
  }
  if (length > ENVIRONMENTS_BYTES_MAX) return whole(path, `has more than ${ENVIRONMENTS_BYTES_MAX} bytes, which is all that is read. Make it shorter.`);
  const bytes = buffer.subarray(0, length);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) return whole(path, 'is not UTF-8 text. Save it as UTF-8.');
  return parseEnvironments(text, path);
}

function valueOf(result: EnvironmentsResult, path: string) {
  if (result.ok) return result.environments;
  const issues = result.issues.map(issueLine);
  throw new InvalidManifest(`${path} has mistakes, so nothing that needs it goes on. Correct them; the file is read again by itself.\n${issues.join('\n')}`, { issues: result.issues });
}

/**
 * Reads the file again when its time, size or number has changed, so an edit counts at once.
 * @throws from `read`: NotFound when there is no file; InvalidManifest, whose message has a line `file:line:column ...` for each mistake
 */
export function createEnvironmentsFile({ path, clock }: { readonly path: string; readonly clock?: Clock }): EnvironmentsSource {
  const settled = createSettledFile<EnvironmentsResult>(clock);
  return {
    async read() {
      const known = settled.known(statSync(path, { bigint: true, throwIfNoEntry: false }));
      if (known !== undefined) return valueOf(known, path);
      const file = await openFile(path);
      try {
        const found = await file.stat({ bigint: true });
        if (!found.isFile()) return valueOf(whole(path, 'is not a file. Put the environments themselves there.'), path);
        const result = await readAll(file, path);
        settled.keep(found, result);
        return valueOf(result, path);
      } finally {
        await file.close();
      }
    },
  };
}

/** Recordings as files of the artifact store: named by their digest, collected when nothing names them. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../../ports/artifacts.ts';
import type { Ids } from '../../ports/clock.ts';
import type { RecordingFiles } from '../../ports/recorders.ts';

/** More than a recording may have. */
const BYTES_MAX = 64 * 1024 * 1024;

export function createRecordingFiles({ folder, artifacts, ids }: { readonly folder: string; readonly artifacts: Pick<ArtifactStore, 'put' | 'tail'>; readonly ids: Ids }): RecordingFiles {
  return {
    save: async (text) => {
      const path = join(folder, ids.next());
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        await writeFile(path, text, { flag: 'wx', mode: 0o600 });
        return await artifacts.put(path);
      } finally {
        await rm(path, { force: true });
      }
    },
    read: (digest) => artifacts.tail(digest, BYTES_MAX),
  };
}

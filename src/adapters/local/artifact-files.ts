/** One file out of an artifact, unpacked beside and taken away again. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NotFound } from '../../domain/errors.ts';
import type { ArtifactFiles, ArtifactStore } from '../../ports/artifacts.ts';
import type { Ids } from '../../ports/clock.ts';
import { readInside } from './replay/read-inside.ts';

export const createArtifactFiles = ({ folder, artifacts, ids }: { readonly folder: string; readonly artifacts: Pick<ArtifactStore, 'unpack'>; readonly ids: Ids }): ArtifactFiles => ({
  text: async (digest, path, limitBytes) => {
    const place = join(folder, ids.next());
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await artifacts.unpack(digest, place);
      return await readInside(place, path, limitBytes);
    } catch (error) {
      // An image is in its registry and not in the store.
      if (error instanceof NotFound) return undefined;
      throw error;
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  },
});

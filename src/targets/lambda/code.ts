/** A release's code by its artifact's digest: unpacked and zipped once, and kept for the next function that wants it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../domain/ids.ts';
import type { ArtifactStore } from '../../ports/artifacts.ts';
import { zipFolder, type Archive } from './zip.ts';

export interface CodeNeeds {
  readonly artifacts: Pick<ArtifactStore, 'unpack'>;
  /** Where artifacts are unpacked for a moment; in a function `/tmp`. */
  readonly folder: string;
}

export type Code = (digest: Digest) => Promise<Archive>;

/** Keeps the last one only: a launch needs one, and an archive may have 50 MB. @throws NotFound, ArtifactRefused, LimitExceeded */
export function codeOf({ artifacts, folder }: CodeNeeds): Code {
  let last: { readonly digest: Digest; readonly archive: Promise<Archive> } | undefined;
  return (digest) => {
    if (last?.digest === digest) return last.archive;
    const archive = zipped(artifacts, folder, digest);
    last = { digest, archive };
    archive.catch(() => {
      if (last?.archive === archive) last = undefined;
    });
    return archive;
  };
}

async function zipped(artifacts: CodeNeeds['artifacts'], folder: string, digest: Digest): Promise<Archive> {
  const directory = await mkdtemp(join(folder, 'slipway-lambda-'));
  try {
    const unpacked = join(directory, 'artifact');
    await artifacts.unpack(digest, unpacked);
    return await zipFolder(unpacked);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

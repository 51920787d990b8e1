/** Which files of a commit are manifests, and what they may be: the same for every adapter of repositories. */
import { LINKED_MANIFEST } from '../../contracts/manifest-file.ts';
import { LimitExceeded } from '../../domain/errors.ts';
import type { ManifestFile } from '../../ports/sources.ts';

const MANIFEST_NAME = 'slipway.yaml';
const MANIFESTS_MAX = 500;
export const MANIFEST_BYTES_MAX = 256 * 1024;

export const isManifestPath = (path: string): boolean => path === MANIFEST_NAME || path.endsWith(`/${MANIFEST_NAME}`);

const PROBLEMS = {
  symlink: LINKED_MANIFEST,
  submodule: 'this is a submodule, and those are not read. Put the manifest itself there.',
} as const;

/** @param kind what lies at the path, where it is no file */
export const noFile = (path: string, kind: keyof typeof PROBLEMS): ManifestFile => ({ path, problem: PROBLEMS[kind] });

/** @returns what there is to say of one that is too large; undefined: it is not */
export const tooLarge = (path: string, bytes: number): ManifestFile | undefined =>
  (bytes > MANIFEST_BYTES_MAX ? { path, problem: `it has ${bytes} bytes, and a manifest has at most ${MANIFEST_BYTES_MAX}. Make it shorter.` } : undefined);

/** @throws LimitExceeded for more than 500 */
export function demandCount(commit: string, manifests: number): void {
  if (manifests > MANIFESTS_MAX) throw new LimitExceeded(`The commit has ${manifests} manifests; at most ${MANIFESTS_MAX} are read. Divide the repository.`, { commit, manifests });
}

export function manifestOf(path: string, bytes: Buffer): ManifestFile {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? { path, text } : { path, problem: 'it is not UTF-8 text. Save it as UTF-8.' };
}

/** Which files of a commit are manifests, and what they may be: the same for every adapter of repositories. */
import { InvalidManifest, LimitExceeded } from '../../domain/errors.ts';
import type { ManifestFile } from '../../ports/sources.ts';

const MANIFEST_NAME = 'slipway.yaml';
const MANIFESTS_MAX = 500;
export const MANIFEST_BYTES_MAX = 256 * 1024;

export const isManifestPath = (path: string): boolean => path === MANIFEST_NAME || path.endsWith(`/${MANIFEST_NAME}`);

/** @param kind what lies at the path. @throws InvalidManifest for what is no file */
export function demandFile(path: string, kind: 'file' | 'symlink' | 'commit'): void {
  if (kind === 'file') return;
  throw new InvalidManifest(`${path} is ${kind === 'symlink' ? 'a symlink, and links are not followed' : 'a submodule, and those are not read'}. Put the manifest itself there.`, { issues: [{ path }] });
}

/** @throws InvalidManifest for one that is too large */
export function demandSize(path: string, bytes: number): void {
  if (bytes > MANIFEST_BYTES_MAX) throw new InvalidManifest(`${path} has ${bytes} bytes; a manifest has at most ${MANIFEST_BYTES_MAX}. Make it shorter.`, { issues: [{ path }] });
}

/** @throws LimitExceeded for more than 500 */
export function demandCount(commit: string, manifests: number): void {
  if (manifests > MANIFESTS_MAX) throw new LimitExceeded(`The commit has ${manifests} manifests; at most ${MANIFESTS_MAX} are read. Divide the repository.`, { commit, manifests });
}

/** @throws InvalidManifest for one that is not UTF-8 */
export function manifestOf(path: string, bytes: Buffer): ManifestFile {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new InvalidManifest(`${path} is not UTF-8 text. Save it as UTF-8.`, { issues: [{ path }] });
  return { path, text };
}

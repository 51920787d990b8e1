/** The name of a release: a hash of all that moves together. */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import { ReleaseId } from './ids.ts';
import type { Manifest } from './manifest.ts';
import type { Release } from './release.ts';

/**
 * `<service>@<12 hexadecimal digits>` of sha256 over the canonical JSON of artifact digest, manifest (topology, configuration,
 * declared schema compatibility) and flag snapshot. Version, commit, author and time are labels: the same content pushed twice
 * is the same release. What only says how the artifact was made (build, paths, branch) and what to do on the next push is left
 * out: another build that gives the same digest is the same release.
 */
export function releaseIdOf(release: Pick<Release, 'service' | 'digest' | 'manifest' | 'flags'>): ReleaseId {
  const content = { service: release.service, digest: release.digest, manifest: whatRuns(release.manifest), flags: release.flags };
  const hash = createHash('sha256').update(canonicalJson(content)).digest('hex');
  return ReleaseId.parse(`${release.service}@${hash.slice(0, 12)}`);
}

function whatRuns(manifest: Manifest): Omit<Manifest, 'build' | 'paths' | 'branch' | 'onNewerPush'> {
  const { build: _build, paths: _paths, branch: _branch, onNewerPush: _onNewerPush, ...rest } = manifest;
  return rest;
}

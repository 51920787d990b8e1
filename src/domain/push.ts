/** What a push changed for one service. */
import { canonicalJson } from './canonical.ts';
import type { Manifest } from './manifest.ts';
import { matchesPath } from './paths.ts';

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');

/** The globs whose change releases the service: the manifest's, or its own folder; its manifest always counts. */
export function pathsOf(manifest: Manifest, manifestPath: string): readonly string[] {
  const folder = folderOf(manifestPath);
  return [...(manifest.paths ?? [folder === '' ? '**' : `${folder}/**`]), manifestPath];
}

/** Whether any changed path belongs to the service; paths that are not known (null) count as changed. */
export function changedByPush(changed: readonly string[] | null, manifest: Manifest, manifestPath: string): boolean {
  const globs = pathsOf(manifest, manifestPath);
  return changed === null || changed.some((path) => globs.some((glob) => matchesPath(glob, path)));
}

/** Whether the artifact would be the same: only the manifest changed, and nothing in it that the build reads. */
export function onlyTopologyChanged(changed: readonly string[], manifest: Manifest, before: Manifest, manifestPath: string): boolean {
  const globs = pathsOf(manifest, manifestPath);
  const own = changed.filter((path) => globs.some((glob) => matchesPath(glob, path)));
  return own.length > 0 && own.every((path) => path === manifestPath) && canonicalJson(manifest.build) === canonicalJson(before.build);
}

export { createArtifactFolder } from './artifact-folder/store.ts';
export type { ArtifactFolder, ArtifactFolderOptions } from './artifact-folder/store.ts';
export { ARCHIVE_LIMITS } from './artifact-folder/limits.ts';
export type { ArchiveLimits } from './artifact-folder/limits.ts';
export { packDirectory } from './artifact-folder/pack.ts';

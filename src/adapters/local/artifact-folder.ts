export { createArtifactFolder } from './artifact-folder/store.ts';
export type { ArtifactFolder, ArtifactFolderOptions } from './artifact-folder/store.ts';
export { ARCHIVE_LIMITS } from '../archive-rules/limits.ts';
export type { ArchiveLimits } from '../archive-rules/limits.ts';
export { packDirectory } from '../archive-rules/pack.ts';

export { createGitSources } from './git-sources/sources.ts';
export type { GitSourcesOptions, GitSettings } from './git-sources/sources.ts';
export { REPOSITORY_SCHEMES } from './git-sources/repository-url.ts';
export type { RepositoryScheme } from './git-sources/repository-url.ts';

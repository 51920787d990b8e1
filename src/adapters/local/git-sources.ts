export { createGitSources } from './git-sources/sources.ts';
export type { GitSourcesOptions, GitSettings } from './git-sources/sources.ts';
export { REPOSITORY_SCHEMES } from '../source-rules/repository-url.ts';
export type { RepositoryScheme } from '../source-rules/repository-url.ts';

/** Releases: what moves through the environments and what rolls back together. */
import * as z from 'zod';
import { DIFFERS_IN } from '../../domain/compare.ts';
import { EnvironmentName, PipelineId, ReleaseId, RevisionId, ServiceName } from '../../domain/ids.ts';
import { Release } from '../../domain/release.ts';
import { operation, paging, Time } from './operation.ts';

export const ReleaseSummary = Release.omit({ manifest: true }).extend({
  stableIn: z.array(EnvironmentName).meta({ description: 'The environments in which it is the stable release now.' }),
});
export type ReleaseSummary = z.infer<typeof ReleaseSummary>;

export const Comparison = z.strictObject({
  from: ReleaseSummary, to: ReleaseSummary,
  differences: z.array(z.strictObject({ in: z.enum(DIFFERS_IN), path: z.array(z.string()), before: z.unknown().optional(), after: z.unknown().optional() })).meta({ description: 'A side that is absent has nothing there.' }),
  commits: z.array(z.strictObject({ commit: z.string(), subject: z.string().nullable().default(null), author: z.string().nullable(), version: z.string(), pipeline: PipelineId, at: Time })).meta({ description: 'Commits that came in as pipelines after the older release and up to the newer one, oldest first. Commits that were pushed together are one, the last of them. `subject` is null where the commit was never read: that of an image, or one of an older Slipway.' }),
});
export type Comparison = z.infer<typeof Comparison>;

/** Only references of secrets: no value of one is known here. */
export const ConfigurationInForce = z.strictObject({
  revision: RevisionId, release: ReleaseId, version: z.string(), configuration: z.record(z.string(), z.string()), secrets: z.record(z.string(), z.strictObject({ from: z.string() })),
  flags: Release.shape.flags, instances: z.number(), resources: z.strictObject({ memory: z.number(), cpu: z.number() }), zones: z.array(z.string()),
});

const tag = 'Releases';
const params = z.object({ service: ServiceName });
const Named = z.string().min(1).max(160).meta({ description: 'A version, the beginning of a commit, or a release\'s id.' });

export const listReleases = operation({ id: 'listReleases', method: 'GET', path: '/v1/services/:service/releases', tag, action: 'view', params, paged: true, query: z.object(paging(50)), summary: 'A service\'s releases, newest first', answer: z.array(ReleaseSummary) });
export const readRelease = operation({ id: 'readRelease', method: 'GET', path: '/v1/services/:service/releases/:release', tag, action: 'view', params: params.extend({ release: Named }), summary: 'One of them, with its manifest', answer: Release });
export const compareReleases = operation({
  id: 'compareReleases', method: 'GET', path: '/v1/services/:service/comparison', tag, action: 'view', params, query: z.object({ from: Named, to: Named }), summary: 'What differs between two of them: artifact, configuration, secrets (their names), flags, manifest, and the commits between, with author and subject', answer: Comparison,
});
export const readConfiguration = operation({
  id: 'readConfiguration', method: 'GET', path: '/v1/services/:service/environments/:environment/configuration', tag, action: 'view', params: params.extend({ environment: EnvironmentName }), summary: 'The configuration in force there: that of the stable revision; secrets by reference only', answer: ConfigurationInForce,
});

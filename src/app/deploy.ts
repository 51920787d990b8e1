/** The uniform deploy interface: what service, which version, which environment. */
import { InvalidInput, NotFound } from '../domain/errors.ts';
import { pipelineId, type EnvironmentName, type Identity, type ServiceName } from '../domain/ids.ts';
import { isOver, Pipeline } from '../domain/pipeline.ts';
import { Release } from '../domain/release.ts';
import { refuseIncompatibleSchema } from '../domain/schema-compatibility.ts';
import type { Ports } from '../ports/index.ts';
import { refuseUnseen } from './change-desired.ts';
import { startPipeline, type StartNeeds } from './start-pipeline.ts';
import { cancel } from './steer.ts';
import { findDesired, getDeployment, getPipeline, getRelease, getService, list } from './state/documents.ts';
import { servicePartition } from './state/keys.ts';

/** As short as a commit's beginning may be given. */
const SHORT_COMMIT = 7;
const RECENT_PIPELINES = 100;

export interface DeployInput {
  readonly service: ServiceName;
  readonly version: string;
  /** Absent: all environments, wave by wave. */
  readonly environment?: EnvironmentName | undefined;
  readonly by: Identity;
}

/** Deploys a release that exists, or builds a commit again that never became one. @throws NotFound with the versions there are */
export const deploy = (needs: StartNeeds) => async (input: DeployInput): Promise<Pipeline> => {
  await getService(needs.store, input.service);
  const how = { cause: 'deploy', mode: 'normal', startedBy: input.by, ...(input.environment === undefined ? {} : { only: input.environment }) } as const;
  const release = named(await releasesOf(needs, input.service), input.version);
  const failed = release === undefined ? await unbuilt(needs, input.service, input.version) : undefined;
  if (failed !== undefined) {
    const { service, manifest, version, commit, subject, author, repository, manifestPath, branch } = failed;
    return startPipeline(needs)({ service, manifest, version, commit, subject, author, repository, manifestPath, branch, digest: null, release: null, ...how });
  }
  const found = release ?? await releaseOfVersion(needs, input.service, input.version);
  return startPipeline(needs)({ ...origin(found), ...how, ...(await source(needs, found)) });
};

/**
 * Back to the release before the stable one, or to a version named; without canary and questions. While a deployment is at
 * work, back means to the stable revision: that pipeline is cancelled, and takes back what it did.
 * @throws IncompatibleSchema at once, when the older release cannot read what the stable one has written
 */
export const rollback = (needs: StartNeeds) => async (input: { service: ServiceName; environment: EnvironmentName; version?: string | undefined; by: Identity; ifMatch?: readonly string[] | undefined }): Promise<Pipeline> => {
  const desired = await findDesired(needs.store, input.service, input.environment);
  if (desired === undefined) throw new NotFound(`${input.service} was never deployed in ${input.environment}.`);
  refuseUnseen(desired.value, input.ifMatch);
  if (desired.value.deployment !== null && input.version === undefined) {
    const { value: deployment } = await getDeployment(needs.store, desired.value.deployment);
    return cancel(needs)({ pipelineId: deployment.pipeline, by: input.by, why: `rolled back in ${input.environment}` });
  }
  const release = input.version === undefined ? await previous(needs, input, desired.value.previousRelease) : await releaseOfVersion(needs, input.service, input.version);
  const { stable, revisions } = desired.value;
  refuseIncompatibleSchema(stable === null ? undefined : revisions[stable]?.spec, { version: release.version, schema: release.manifest.schema }, 'fast');
  return startPipeline(needs)({ ...origin(release), cause: 'rollback', mode: 'fast', startedBy: input.by, ...(await source(needs, release)), only: input.environment });
};

async function previous(needs: Pick<Ports, 'store'>, input: { service: ServiceName; environment: EnvironmentName }, id: Release['id'] | null): Promise<Release> {
  if (id === null) throw new InvalidInput(`There is no release before the one in ${input.environment}. Name a version: slipway rollback ${input.service} --environment ${input.environment} --version V`);
  return (await getRelease(needs.store, input.service, id)).value;
}

const origin = (release: Release) => ({
  service: release.service, manifest: release.manifest, version: release.version, commit: release.commit, author: release.author, digest: release.digest, release: release.id,
});

/** Where the release's commit came from, for tests that need a checkout. */
async function source(needs: Pick<Ports, 'store'>, release: Release): Promise<Pick<Pipeline, 'repository' | 'manifestPath' | 'branch'>> {
  const service = await getService(needs.store, release.service);
  const newest = service.value.pipelines === 0 ? undefined : await getPipeline(needs.store, pipelineId(release.service, service.value.pipelines));
  return { repository: service.value.repository, manifestPath: service.value.manifestPath, branch: newest?.value.branch ?? null };
}

/** The newest release with this version; several may have one artifact and differ in configuration. */
export async function releaseOfVersion(needs: Pick<Ports, 'store'>, service: ServiceName, version: string): Promise<Release> {
  const releases = await releasesOf(needs, service);
  const found = named(releases, version);
  if (found !== undefined) return found;
  throw new NotFound(`${service} has no version "${version}". Newest versions: ${releases.slice(0, 10).map((release) => release.version).join(', ') || 'none yet: push a commit or register an artifact'}.`, { versions: releases.slice(0, 10).map((release) => release.version) });
}

const releasesOf = async (needs: Pick<Ports, 'store'>, service: ServiceName): Promise<Release[]> =>
  (await list(needs.store, Release, servicePartition(service), 'release#')).map((stored) => stored.value).sort((one, other) => other.createdAt - one.createdAt);

/** By version, or by the beginning of its commit. */
const named = <T extends { version: string; commit: string | null }>(candidates: readonly T[], version: string): T | undefined =>
  candidates.find((candidate) => candidate.version === version) ?? candidates.find((candidate) => version.length >= SHORT_COMMIT && candidate.commit?.startsWith(version) === true);

/** A commit that never became a release, since its build failed or was stopped: it is built again. */
async function unbuilt(needs: Pick<Ports, 'store'>, service: ServiceName, version: string): Promise<Pipeline | undefined> {
  const recent = (await list(needs.store, Pipeline, servicePartition(service), 'pipeline#', RECENT_PIPELINES, 'descending')).map((stored) => stored.value);
  return named(recent.filter((pipeline) => isOver(pipeline) && pipeline.digest === null && pipeline.commit !== null), version);
}

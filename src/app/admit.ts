/** Decides for one delivery which services its push releases, and starts their pipelines. Every service gets an answer. */
import * as z from 'zod';
import { issueLine, parseManifest, unreadManifest, type Issue, type ManifestResult } from '../contracts/manifest-file.ts';
import { checkInEnvironments } from '../domain/environment-rules.ts';
import { Conflict, SlipwayError } from '../domain/errors.ts';
import { CommitId, DeliveryId, Identity, PipelineId } from '../domain/ids.ts';
import { unwrapFailure, type TaskFailure } from '../domain/failure.ts';
import { ImageSource } from '../domain/image.ts';
import type { Manifest } from '../domain/manifest.ts';
import { Pipeline } from '../domain/pipeline.ts';
import { changedByPush, onlyTopologyChanged } from '../domain/push.ts';
import { Release } from '../domain/release.ts';
import { Service, type Admission, type Delivery } from '../domain/service.ts';
import type { Ports } from '../ports/index.ts';
import type { CommitInfo } from '../ports/sources.ts';
import { differences, isConcerned, workflowRefusal, type Difference } from './admit-after-workflow.ts';
import { awaitRun, runCame } from './awaited-runs.ts';
import { cloneUrlOf } from './clone-url.ts';
import { planPullRequest } from './plan-pull-request.ts';
import { startPipeline, type StartNeeds } from './start-pipeline.ts';
import { expecting, getDelivery, read, replacing, type Stored } from './state/documents.ts';
import { imageSourceKey, pipelineKey, releasedCommitKey, releaseKey, serviceKey } from './state/keys.ts';

export type AdmitNeeds = StartNeeds & Pick<Ports, 'sources'>;

export interface AdmitInput {
  readonly deliveryId: DeliveryId;
  /** Set when reading the push failed for good: the refusal's reason. */
  readonly failure?: TaskFailure | undefined;
}

/**
 * Idempotent: a delivery that was decided answers as it did.
 * @throws ProviderUnavailable while the repository cannot be reached (the machine tries again)
 */
export const admit = (needs: AdmitNeeds) => async (input: AdmitInput): Promise<{ admissions: readonly Admission[] }> => {
  const stored = await getDelivery(needs.store, input.deliveryId);
  if (stored.value.outcome.kind === 'decided') return { admissions: stored.value.outcome.admissions };
  const admissions = input.failure === undefined ? await decide(needs, stored.value) : [refusal(null, `The push could not be read. ${unwrapFailure(input.failure).reason}`)];
  await needs.store.transact([replacing(stored, { ...stored.value, outcome: { kind: 'decided', admissions } })]);
  return { admissions };
};

const refusal = (service: string | null, reason: string): Admission => ({ kind: 'refused', service, reason: reason.slice(0, 4000) });

async function decide(needs: AdmitNeeds, delivery: Delivery): Promise<Admission[]> {
  const after = CommitId.parse(delivery.after);
  const repository = await cloneUrlOf(needs, delivery.repository);
  if (delivery.pullRequest !== undefined) return [refusal(null, await planPullRequest(needs)({ delivery, pullRequest: delivery.pullRequest, cloneUrl: repository, head: after }))];
  const commit = await needs.sources.fetch(repository, after);
  const differenceOf = differences(needs, delivery, repository);
  const admissions: Admission[] = [];
  const files = await needs.sources.manifests(repository, after);
  for (const file of files) {
    const parsed = 'problem' in file ? unreadManifest(file.path, file.problem) : parseManifest(file.text, file.path);
    if (!parsed.ok || isConcerned(parsed.manifest, delivery)) admissions.push(await decideFile(needs, { delivery, commit, differenceOf }, file.path, parsed));
    if (parsed.ok) await runCame(needs, parsed.manifest, delivery);
  }
  if (admissions.length > 0) return admissions;
  if (files.length === 0 || delivery.workflow === undefined) return [refusal(null, `No slipway.yaml in commit ${after}. Write one with "slipway init".`)];
  return [refusal(null, `No slipway.yaml in commit ${after} waits for the workflow ${delivery.workflow.file}. A service does that says \`releaseAfter: { workflow: ${delivery.workflow.file.replace(/^.*\//, '')} }\`.`)];
}

/** A manifest that does not hold by itself, or in this installation's environments, is refused with every mistake and its place. */
async function decideFile(needs: AdmitNeeds, push: Pick<Candidate, 'delivery' | 'commit' | 'differenceOf'>, path: string, parsed: ManifestResult): Promise<Admission> {
  const mistakes = (issues: readonly Issue[]) => `${path} has mistakes: ${issues.map(issueLine).join('; ')}`;
  if (!parsed.ok) return refusal(null, mistakes(parsed.issues));
  const found = checkInEnvironments(parsed.manifest, await needs.environments.read()).map((finding) => parsed.place(finding)).filter((issue) => issue.severity === 'error');
  return found.length > 0 ? refusal(parsed.manifest.service, mistakes(found)) : decideService(needs, { ...push, path, manifest: parsed.manifest });
}

interface Candidate {
  readonly delivery: Delivery;
  readonly commit: CommitInfo;
  readonly differenceOf: (service: Service | undefined) => Promise<Difference>;
  readonly path: string;
  readonly manifest: Manifest;
}

async function decideService(needs: AdmitNeeds, candidate: Candidate): Promise<Admission> {
  const { delivery, manifest, commit } = candidate;
  const branch = delivery.ref.slice('refs/heads/'.length);
  if (branch !== manifest.branch) return refusal(manifest.service, `The ${delivery.workflow === undefined ? 'push' : 'run'} was ${delivery.workflow === undefined ? 'to' : 'on'} ${branch}; ${candidate.path} releases from ${manifest.branch}.`);
  const service = await read(needs.store, Service, serviceKey(manifest.service));
  if (service?.value.repository != null && service.value.repository !== delivery.repository) {
    return refusal(manifest.service, `The service belongs to ${service.value.repository}. Choose another name in ${candidate.path}.`);
  }
  if (manifest.image !== undefined) return keepImageSource(needs, candidate, service);
  const earlier = await read(needs.store, ReleasedCommit, releasedCommitKey(manifest.service, commit.commit));
  if (earlier !== undefined) return alreadyReleased(needs, candidate, earlier.value);
  const difference = await candidate.differenceOf(service?.value);
  if (service !== undefined && service.value.pipelines > 0 && !changedByPush(difference.changed, manifest, candidate.path)) return refusal(manifest.service, delivery.workflow === undefined ? 'Nothing of it changed in this push.' : 'Nothing of it changed since it was released last.');
  const waits = workflowRefusal(manifest, delivery);
  if (waits === null) return start(needs, candidate, difference, service?.value);
  await awaitRun(needs, manifest, delivery);
  return refusal(manifest.service, waits);
}

/** Nothing is built of it: what the push says of the service is kept for its next image. Its name is its repository's from then on. */
async function keepImageSource(needs: AdmitNeeds, { delivery, manifest, path, commit }: Candidate, service: Stored<Service> | undefined): Promise<Admission> {
  const from = manifest.image?.from ?? '';
  const key = imageSourceKey(from, manifest.service);
  const known = await read(needs.store, ImageSource, key);
  const source: ImageSource = { service: manifest.service, manifest, manifestPath: path, repository: delivery.repository, branch: manifest.branch, commit: commit.commit, subject: commit.subject, author: await authorOf(needs, commit.author) };
  const named: Service = { name: manifest.service, team: manifest.team, repository: delivery.repository, manifestPath: path, pipelines: 0, lastRelease: null, registeredAt: needs.clock.now() };
  await needs.store.transact([
    { kind: 'put', key, value: source, condition: expecting(known) },
    { kind: 'put', key: serviceKey(manifest.service), value: service === undefined ? named : { ...service.value, team: manifest.team, repository: delivery.repository, manifestPath: path }, condition: expecting(service) },
  ]);
  return refusal(manifest.service, `Its manifest is kept. It is released when an image is pushed to ${from}.`);
}

const ReleasedCommit = z.strictObject({ pipeline: PipelineId, delivery: DeliveryId.nullable() });
type ReleasedCommit = z.infer<typeof ReleasedCommit>;

/** The same delivery, run again after a crash, finds its own pipeline; another one is told how to retry. */
async function alreadyReleased(needs: AdmitNeeds, candidate: Candidate, { pipeline, delivery }: ReleasedCommit): Promise<Admission> {
  if (delivery === candidate.delivery.id) return { kind: 'admitted', service: candidate.manifest.service, pipeline };
  const stored = await read(needs.store, Pipeline, pipelineKey(pipeline));
  const status = stored?.value.status.kind ?? 'unknown';
  return refusal(candidate.manifest.service, `Commit ${candidate.commit.commit} was released as ${pipeline} (${status}). To try it again: slipway deploy ${candidate.manifest.service} --version ${stored?.value.version ?? ''}`);
}

async function start(needs: AdmitNeeds, candidate: Candidate, difference: Difference, service: Service | undefined): Promise<Admission> {
  const { delivery, manifest, commit } = candidate;
  const author = await authorOf(needs, commit.author);
  const reused = await reusable(needs, candidate, difference, service);
  try {
    const pipeline = await startPipeline(needs)({
      service: manifest.service, cause: 'push', mode: 'normal', manifest, manifestPath: candidate.path, repository: delivery.repository,
      commit: commit.commit, subject: commit.subject, branch: manifest.branch, version: commit.commit.slice(0, 12), author, startedBy: delivery.pusher ?? author ?? Identity.parse('git'),
      digest: reused?.digest ?? null, release: null, delivery: delivery.id, ...(delivery.workflow === undefined ? {} : { run: delivery.workflow }),
    });
    return { kind: 'admitted', service: manifest.service, pipeline: pipeline.id };
  } catch (error) {
    if (error instanceof SlipwayError && !(error instanceof Conflict) && error.retry === 'final') return refusal(manifest.service, error.message);
    throw error;
  }
}

/** The person whose mail address the commit names, so that the rule about authors knows them; else the address itself. */
async function authorOf(needs: Pick<Ports, 'environments'>, mail: string): Promise<Identity | null> {
  const { people } = await needs.environments.read();
  const person = people.find((known) => known.email.some((address) => address.toLowerCase() === mail.toLowerCase()));
  return person?.name ?? Identity.safeParse(mail.trim().replace(/\s+/g, '-')).data ?? null;
}

/** A push that changes only topology or configuration keeps the artifact, when that was built from the commit right before. */
async function reusable(needs: Pick<Ports, 'store'>, candidate: Candidate, { before, changed }: Difference, service: Service | undefined): Promise<Release | undefined> {
  if (service?.lastRelease == null || changed === null) return undefined;
  const last = await read(needs.store, Release, releaseKey(service.name, service.lastRelease));
  if (last === undefined || last.value.commit !== before) return undefined;
  return onlyTopologyChanged(changed, candidate.manifest, last.value.manifest, candidate.path) ? last.value : undefined;
}

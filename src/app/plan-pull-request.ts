/** Compiles what merging a pull request would do, for everybody who sees it. Its manifests are read and nothing else of it. */
import { issueLine, parseManifest, unreadManifest, type Issue } from '../contracts/manifest-file.ts';
import { checkInEnvironments } from '../domain/environment-rules.ts';
import type { Environments } from '../domain/environment.ts';
import { SlipwayError } from '../domain/errors.ts';
import { CommitId, deploymentId, Digest, pipelineId, revisionOf } from '../domain/ids.ts';
import type { Manifest } from '../domain/manifest.ts';
import { compilePlan } from '../domain/planner/compile-plan.ts';
import { describePlan } from '../domain/planner/describe-plan.ts';
import { commentText, PlannedPullRequest, type PullRequestRef } from '../domain/pull-request.ts';
import { changedByPush } from '../domain/push.ts';
import { releaseIdOf } from '../domain/release-id.ts';
import type { Release } from '../domain/release.ts';
import { Service, type Delivery } from '../domain/service.ts';
import type { Ports } from '../ports/index.ts';
import type { ManifestFile } from '../ports/sources.ts';
import { expecting, findDesired, read, untilWritten } from './state/documents.ts';
import { pullRequestKey, serviceKey, unshownPullRequestKey } from './state/keys.ts';

type PlanNeeds = Pick<Ports, 'store' | 'clock' | 'environments' | 'sources'>;

interface Proposal {
  readonly delivery: Delivery;
  readonly pullRequest: PullRequestRef;
  readonly cloneUrl: string;
  readonly head: CommitId;
}

/** As long as deliveries are. */
const KEPT_SECONDS = 90 * 86_400;
/** Stands for the artifact of a service of which nothing serves; what is shown says that there is none yet. */
const NOT_BUILT = Digest.parse(`sha256:${'0'.repeat(64)}`);

/**
 * The head is fetched from the registered repository, never from a fork. The target is not asked what it thinks of it, as anybody may
 * propose settings that would have it look at things with the installation's rights.
 * @returns what became of it, for the delivery
 */
export const planPullRequest = (needs: PlanNeeds) => async (proposal: Proposal): Promise<string> => {
  const { delivery, pullRequest: { number }, cloneUrl, head } = proposal;
  await needs.sources.fetch(cloneUrl, head);
  const changed = await needs.sources.changedPaths(cloneUrl, CommitId.parse(delivery.before), head);
  const environments = await needs.environments.read();
  const parts: (readonly string[])[] = [];
  for (const file of await needs.sources.manifests(cloneUrl, head)) {
    const lines = await linesOf(needs, proposal, environments, changed, file);
    if (lines !== null) parts.push(lines);
  }
  return `Nothing is released of a pull request. ${await keep(needs, delivery, number, commentText(head, parts), parts.length > 0)}`;
};

/** Null: the pull request does not touch it. */
async function linesOf(needs: PlanNeeds, proposal: Proposal, environments: Environments, changed: readonly string[] | null, file: ManifestFile): Promise<readonly string[] | null> {
  const { path } = file;
  const parsed = 'problem' in file ? unreadManifest(path, file.problem) : parseManifest(file.text, path);
  const mistakes = (issues: readonly Issue[]): string[] => ['The manifest has mistakes, so nothing would be released:', ...issues.map(issueLine)];
  // Which files are its own is not known of a manifest that does not hold: then those of its folder are.
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  if (!parsed.ok) return changed === null || changed.some((one) => one.startsWith(folder)) ? mistakes(parsed.issues) : null;
  const { manifest } = parsed;
  if (!changedByPush(changed, manifest, path)) return null;
  const found = checkInEnvironments(manifest, environments).map((finding) => parsed.place(finding)).filter(({ severity }) => severity === 'error');
  if (found.length > 0) return mistakes(found);
  if (manifest.branch !== proposal.pullRequest.into) return [`${path}: nothing, as ${manifest.service} is released from ${manifest.branch}.`];
  return plansOf(needs, proposal, environments, manifest, path);
}

async function plansOf(needs: PlanNeeds, { delivery, head }: Proposal, environments: Environments, manifest: Manifest, path: string): Promise<readonly string[]> {
  const service = (await read(needs.store, Service, serviceKey(manifest.service)))?.value;
  if (service?.repository != null && service.repository !== delivery.repository) return [`${path}: nothing, as the name ${manifest.service} belongs to another repository. Choose another one.`];
  const lines: string[] = [path];
  for (const environment of environments.environments.toSorted((one, other) => one.wave - other.wave)) {
    const desired = (await findDesired(needs.store, manifest.service, environment.name))?.value ?? null;
    const digest = desired?.stable == null ? NOT_BUILT : desired.revisions[desired.stable]?.spec.digest ?? NOT_BUILT;
    const flags = {};
    const release: Release = { id: releaseIdOf({ service: manifest.service, digest, manifest, flags }), service: manifest.service, version: head.slice(0, 12), digest, manifest, flags, commit: head, author: null, pusher: null, createdAt: needs.clock.now() };
    const candidate = revisionOf(deploymentId(pipelineId(manifest.service, (service?.pipelines ?? 0) + 1), environment.name));
    try {
      lines.push('', ...describePlan(compilePlan({ release, environment, environments, desired, candidate, mode: 'normal' }), 'proposal'));
    } catch (error) {
      if (!(error instanceof SlipwayError) || error.retry !== 'final') throw error;
      lines.push('', `${manifest.service} to ${environment.name}: ${error.message}`);
    }
  }
  return lines;
}

/** A pull request that touches no service is not spoken to, unless it was before. */
const keep = (needs: PlanNeeds, { repository, receivedAt }: Delivery, number: number, text: string, isOfServices: boolean): Promise<string> => untilWritten(async () => {
  const key = pullRequestKey(repository, number);
  const stored = await read(needs.store, PlannedPullRequest, key);
  if (stored === undefined && !isOfServices) return 'It changes no file of a service.';
  if (stored !== undefined && stored.value.receivedAt > receivedAt) return 'A newer commit of it was read before.';
  const unshown = unshownPullRequestKey(repository, number);
  const expiresAtSeconds = Math.floor(needs.clock.now() / 1000) + KEPT_SECONDS;
  const marker = await needs.store.get(unshown);
  await needs.store.transact([
    { kind: 'put', key, value: { repository, number, receivedAt, text, comment: stored?.value.comment ?? null, shown: stored?.value.shown ?? null } satisfies PlannedPullRequest, condition: expecting(stored), expiresAtSeconds },
    { kind: 'put', key: unshown, value: { repository, number }, condition: marker === undefined ? { absent: true } : { generation: marker.generation }, expiresAtSeconds },
  ]);
  return 'Its plan is shown in a comment on it.';
});

/** Releases the services of an image that was pushed into a registry. Each digest releases a service once, however often it is told of. */
import { SlipwayError } from '../domain/errors.ts';
import { DeliveryId, type Identity } from '../domain/ids.ts';
import { commitOf, ImageSource, tagFits, versionOf, type PushedImage } from '../domain/image.ts';
import { Manifest } from '../domain/manifest.ts';
import { Artifact } from '../domain/release.ts';
import { Delivery, type Admission } from '../domain/service.ts';
import { writeArtifact } from './register.ts';
import { startPipeline, type StartNeeds } from './start-pipeline.ts';
import { creating, list, read } from './state/documents.ts';
import { admissionKey, artifactKey, deliveryKey, imageSourceKey, releasedImageKey } from './state/keys.ts';

export interface ImagePush extends PushedImage {
  /** The registry's own name for its event. */
  readonly event: string;
  /** Who is said to have started the pipeline: the registry. */
  readonly by: Identity;
}

const DELIVERY_KEPT_SECONDS = 90 * 86_400;

/** Answers what became of each service; none when nobody's manifest names the image, of which nothing is kept. */
export const releaseImage = (needs: StartNeeds) => async (push: ImagePush): Promise<{ admissions: readonly Admission[] }> => {
  const id = DeliveryId.parse(`registry:${push.event.slice(0, 90)}`);
  const before = await read(needs.store, Delivery, deliveryKey(id));
  if (before?.value.outcome.kind === 'decided') return { admissions: before.value.outcome.admissions };
  const { partition } = imageSourceKey(push.image, '');
  const admissions: Admission[] = [];
  for (const { value } of await list(needs.store, ImageSource, partition, '')) admissions.push(await releaseFor(needs, push, value));
  if (admissions.length > 0) await keep(needs, id, push, admissions);
  return { admissions };
};

async function releaseFor(needs: StartNeeds, push: ImagePush, source: ImageSource): Promise<Admission> {
  const { service } = source;
  const refused = (reason: string): Admission => ({ kind: 'refused', service, reason: reason.slice(0, 4000) });
  const parsed = Manifest.safeParse(source.manifest);
  if (!parsed.success || parsed.data.image?.from !== push.image) return refused(`The manifest that was kept of ${source.commit} does not name ${push.image}. Push a new one to ${source.branch}.`);
  const manifest = parsed.data;
  if (manifest.image !== undefined && !tagFits(manifest.image, push.tag)) return refused(`The tag "${push.tag}" is none of those that are released (${manifest.image.tags.join(', ')}).`);
  const earlier = await needs.store.get(releasedImageKey(service, push.digest));
  if (earlier !== undefined) return refused(`${push.digest} was released already. To deploy it again: slipway deploy ${service} --version VERSION`);
  const known = await read(needs.store, Artifact, artifactKey(service, push.tag));
  const version = versionOf(push, known !== undefined && known.value.digest !== push.digest);
  const commit = commitOf(push.tag);
  const { repository, author, manifestPath, branch } = source;
  // The manifest's commit may be another than the image's, whose message nobody has read.
  const subject = commit === source.commit ? source.subject : null;
  try {
    const { release } = await writeArtifact(needs)({ manifest, digest: push.digest, bytes: 0, version, repository, commit, author, by: push.by });
    const pipeline = await startPipeline(needs)({ service, cause: 'deploy', mode: 'normal', manifest, manifestPath, repository, commit, subject, branch, version, author, startedBy: push.by, digest: push.digest, release: release.id, image: push.digest });
    return { kind: 'admitted', service, pipeline: pipeline.id };
  } catch (error) {
    // Another run of the same event was faster, or the installation has no room for it.
    if (error instanceof SlipwayError && error.retry === 'final') return refused(error.message);
    throw error;
  }
}

/** In the words of a delivery: the image is the repository, its tag the reference, its digest the commit. */
async function keep(needs: StartNeeds, id: DeliveryId, push: ImagePush, admissions: Admission[]): Promise<void> {
  const now = needs.clock.now();
  const expires = Math.floor(now / 1000) + DELIVERY_KEPT_SECONDS;
  const delivery: Delivery = { id, host: null, foundBy: 'registry', replayOf: null, repository: push.image, ref: push.tag, before: '', after: push.digest, pusher: push.by, receivedAt: now, outcome: { kind: 'decided', admissions } };
  try {
    await needs.store.transact([creating(deliveryKey(id), delivery, expires), creating(admissionKey(now, id, ''), { delivery: id }, expires)]);
  } catch (error) {
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
  }
}

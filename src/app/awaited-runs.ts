/** Commits that wait for a run of the host's CI: noted when they begin to, let go of when such a run has come. */
import { AWAITED_SECONDS, AwaitedRun } from '../domain/awaited-run.ts';
import { SlipwayError } from '../domain/errors.ts';
import { CommitId } from '../domain/ids.ts';
import type { Manifest } from '../domain/manifest.ts';
import type { Delivery } from '../domain/service.ts';
import { isNamed, succeeded } from '../domain/workflow.ts';
import type { Ports } from '../ports/index.ts';
import type { Write } from '../ports/item-store.ts';
import { creating, read, type Stored } from './state/documents.ts';
import { awaitedRunKey } from './state/keys.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

const branchOf = ({ ref }: Pick<Delivery, 'ref'>): string => ref.slice('refs/heads/'.length);

/** Notes that a pushed commit waits. Several services may wait for one run, and a delivery may be decided again: it is noted once. */
export async function awaitRun(needs: Needs, { releaseAfter }: Manifest, delivery: Delivery): Promise<void> {
  if (releaseAfter === undefined || delivery.workflow !== undefined) return;
  const [branch, commit, now] = [branchOf(delivery), CommitId.parse(delivery.after), needs.clock.now()];
  const awaited: AwaitedRun = { repository: delivery.repository, branch, commit, releaseAfter, since: now, asked: 0, nextAt: now };
  await unlessThere(needs, creating(awaitedRunKey(delivery.repository, commit, branch, releaseAfter.workflow), awaited, Math.floor(now / 1000) + AWAITED_SECONDS));
}

/** A run that released its commit, or could not for another reason, is not looked for any more; one that failed may be run again. */
export async function runCame(needs: Needs, { releaseAfter }: Manifest, delivery: Delivery): Promise<void> {
  if (releaseAfter === undefined || delivery.workflow === undefined || !succeeded(delivery.workflow) || !isNamed(releaseAfter, delivery.workflow)) return;
  const stored = await read(needs.store, AwaitedRun, awaitedRunKey(delivery.repository, delivery.after, branchOf(delivery), releaseAfter.workflow));
  if (stored !== undefined) await unlessThere(needs, forgetting(stored));
}

export const forgetting = ({ key, generation }: Stored<AwaitedRun>): Write => ({ kind: 'delete', key, condition: { generation } });

/** Another one was faster, with the same. */
async function unlessThere(needs: Needs, write: Write): Promise<void> {
  try {
    await needs.store.transact([write]);
  } catch (error) {
    if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
  }
}

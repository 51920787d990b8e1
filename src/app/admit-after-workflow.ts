/** Services that a push does not release by itself: they wait for a run of the host's CI, and are compared with what was released last. */
import { CommitId } from '../domain/ids.ts';
import type { Manifest } from '../domain/manifest.ts';
import { Release } from '../domain/release.ts';
import { GIT_HOST_NAMES, type GitHost } from '../domain/git-host.ts';
import type { Delivery, Service } from '../domain/service.ts';
import { isNamed, succeeded } from '../domain/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { read } from './state/documents.ts';
import { releaseKey } from './state/keys.ts';

/** What a service's commit is compared with, and the paths that differ. */
export interface Difference {
  readonly before: string;
  /** Null: all may. */
  readonly changed: readonly string[] | null;
}

const NONE = /^0+$/;
/** Those whose webhooks tell of runs. */
const WITH_RUNS: readonly GitHost[] = ['github', 'gitlab'];

/**
 * A push says itself what it moved from. A workflow's run does not, and pushes before it may have failed in theirs, so each service is compared with its last
 * release.
 */
export function differences(needs: Pick<Ports, 'store' | 'sources'>, delivery: Delivery, cloneUrl: string): (service: Service | undefined) => Promise<Difference> {
  const after = CommitId.parse(delivery.after);
  const asked = new Map<string, Promise<readonly string[] | null>>();
  const changedSince = (before: string): Promise<readonly string[] | null> => {
    const known = asked.get(before) ?? (NONE.test(before) ? Promise.resolve(null) : needs.sources.changedPaths(cloneUrl, CommitId.parse(before), after));
    asked.set(before, known);
    return known;
  };
  return async (service) => {
    const before = delivery.workflow === undefined ? delivery.before : (await lastCommit(needs, service)) ?? delivery.before;
    return { before, changed: await changedSince(before) };
  };
}

async function lastCommit(needs: Pick<Ports, 'store'>, service: Service | undefined): Promise<CommitId | null> {
  if (service?.lastRelease == null) return null;
  return (await read(needs.store, Release, releaseKey(service.name, service.lastRelease)))?.value.commit ?? null;
}

/** Whether a manifest is a delivery's affair: a run is one of those that wait for it. */
export const isConcerned = ({ releaseAfter }: Manifest, { workflow }: Delivery): boolean => workflow === undefined || (releaseAfter !== undefined && isNamed(releaseAfter, workflow));

/** Why a service that changed is not released by this delivery; null when it is. */
export function workflowRefusal({ releaseAfter }: Manifest, { workflow, host, after }: Delivery): string | null {
  if (releaseAfter === undefined) return null;
  if (workflow === undefined) {
    const waits = `It waits for the workflow ${releaseAfter.workflow}: ${after} is released when a run of it has succeeded.`;
    return host === null || WITH_RUNS.includes(host) ? `${waits} The webhook has to tell of runs; see "slipway service add".` : `${waits} But ${GIT_HOST_NAMES[host]} tells Slipway of no runs: leave releaseAfter out of the manifest.`;
  }
  return succeeded(workflow) ? null : `Run ${workflow.number} of ${workflow.file} ended as "${workflow.conclusion}" for ${after}, so it is not released. It is once a run has succeeded: mend it and push, or run it again.`;
}

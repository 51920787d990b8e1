/** The ends of a service's logs, for `slipway logs`. */
import { join } from 'node:path';
import type { ServiceRef } from '../../contracts/target.ts';
import { RevisionId } from '../../domain/ids.ts';
import { archived, logOf, tail } from './logs.ts';
import type { Runtime } from './runtime.ts';

const TAIL_BYTES = 64 * 1024;
const TAIL_BYTES_MAX = 4 * 1024 * 1024;

export interface InstanceLog {
  readonly instance: string;
  readonly revision: RevisionId;
  /** Its process is there; else the log is kept of one that has ended. */
  readonly live: boolean;
  readonly text: string;
}

/** An instance's name begins with its revision. */
const revisionIn = (instance: string): RevisionId | undefined => RevisionId.safeParse(instance.slice(0, instance.lastIndexOf('.'))).data;

/** At most `tailBytes` (4 MiB at most) of each log. */
export async function readLogs(rt: Runtime, ref: ServiceRef, options: { readonly revision?: RevisionId; readonly tailBytes?: number } = {}): Promise<readonly InstanceLog[]> {
  const limitBytes = Math.min(options.tailBytes ?? TAIL_BYTES, TAIL_BYTES_MAX);
  const wanted = (revision: RevisionId | undefined): revision is RevisionId => revision !== undefined && (options.revision === undefined || options.revision === revision);
  const present = [...rt.fleet.of(ref)].sort((a, b) => b.record.createdAt - a.record.createdAt).map(({ id, directory, record }) => ({ instance: id, revision: record.spec.revision, live: record.state.phase !== 'failed', path: logOf(directory) }));
  const kept = (await archived(join(rt.needs.directory, 'logs'), ref)).flatMap(({ instance, path }) => {
    const revision = revisionIn(instance);
    return revision === undefined ? [] : [{ instance, revision, live: false, path }];
  });
  const chosen = [...present, ...kept].filter(({ revision }) => wanted(revision));
  return await Promise.all(chosen.map(async ({ path, ...log }) => ({ ...log, text: await tail(path, limitBytes) })));
}

/** All instances of one machine: in memory, and each in a directory of its own. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceRef } from '../../contracts/target.ts';
import { InstanceId, type RevisionId } from '../../domain/ids.ts';
import { createRecord, type InstanceRecord, type ProcessRef, readRecord, removeRecord, writeRecord } from './instance-record.ts';

/** An instance that this process looks after. */
export interface Instance {
  readonly id: InstanceId;
  readonly directory: string;
  /** As on disk; replaced whole, through the fleet only. */
  record: InstanceRecord;
  /** Resolves when its process has ended. Set while there is one. */
  gone: Promise<void> | undefined;
  /** Ends the health checks. */
  unwatch: () => void;
  /** Announces the end of its backoff. */
  reminder: NodeJS.Timeout | undefined;
  /** Why the supervisor is ending its process; becomes the instance's problem when it has. */
  sentence: { readonly kind: 'limit'; readonly why: string } | undefined;
}

export interface Fleet {
  get(id: string): Instance | undefined;
  all(): readonly Instance[];
  of(ref: ServiceRef): readonly Instance[];
  ofRevision(ref: ServiceRef, revision: RevisionId): readonly Instance[];
  /** Writes the record before it answers. @throws the error of the file system; nothing is known of the instance then */
  add(record: InstanceRecord): Instance;
  update(instance: Instance, change: Partial<InstanceRecord>): void;
  /** Forgets it at once, here and on disk; its directory is left for `removeDirectory`. */
  remove(instance: Instance): void;
  /** Instances found on disk, readable or not. */
  load(): readonly { readonly id: InstanceId; readonly directory: string; readonly instance: Instance | undefined }[];
  /** Records that could not be written since, by instance: the disk is full or read-only. */
  readonly unwritten: ReadonlyMap<InstanceId, string>;
}

export const refOf = (instance: Instance): ServiceRef => ({ service: instance.record.spec.service, environment: instance.record.spec.environment });
export const keyOf = (ref: ServiceRef): string => `${ref.service}/${ref.environment}`;

/** The process of an instance, when its record names one. */
export const processOf = (instance: Instance): ProcessRef | undefined => ('process' in instance.record.state ? instance.record.state.process : undefined);

/** An instance that is neither on its way out nor about to be. */
export const isStaying = ({ record }: Instance): boolean => record.state.phase === 'intended' || record.state.phase === 'running' || record.state.phase === 'failed';

export const isServing = ({ record }: Instance): boolean => record.state.phase === 'running' && record.state.health === 'healthy';

/** Opens `<directory>/instances`, making it. */
export function createFleet(directory: string): Fleet {
  const root = join(directory, 'instances');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const instances = new Map<string, Instance>();
  /** The same instances by their service: with a thousand services, looking through all for each of them was most of a look. */
  const byService = new Map<string, Set<Instance>>();
  const unwritten = new Map<InstanceId, string>();
  const hold = (record: InstanceRecord): Instance => {
    const instance: Instance = { id: record.instance, directory: join(root, record.instance), record, gone: undefined, unwatch: () => undefined, reminder: undefined, sentence: undefined };
    instances.set(instance.id, instance);
    const key = keyOf(refOf(instance));
    byService.set(key, (byService.get(key) ?? new Set()).add(instance));
    return instance;
  };
  const letGo = (instance: Instance): void => {
    instances.delete(instance.id);
    const key = keyOf(refOf(instance));
    byService.get(key)?.delete(instance);
    if (byService.get(key)?.size === 0) byService.delete(key);
  };
  const of = (ref: ServiceRef) => [...(byService.get(keyOf(ref)) ?? [])];
  return {
    unwritten,
    get: (id) => instances.get(id),
    all: () => [...instances.values()],
    of,
    ofRevision: (ref, revision) => of(ref).filter(({ record }) => record.spec.revision === revision),
    add: (record) => {
      createRecord(join(root, record.instance), record);
      return hold(record);
    },
    update: (instance, change) => {
      instance.record = { ...instance.record, ...change };
      if (instances.get(instance.id) !== instance) return;
      try {
        writeRecord(instance.directory, instance.record);
        unwritten.delete(instance.id);
      } catch (error) {
        // The process is there and carries its marker; what changed is known here and is written at the next change.
        unwritten.set(instance.id, error instanceof Error ? error.message : String(error));
      }
    },
    remove: (instance) => {
      instance.unwatch();
      clearTimeout(instance.reminder);
      letGo(instance);
      unwritten.delete(instance.id);
      removeRecord(instance.directory);
    },
    load: () =>
      readdirSync(root).flatMap((name) => {
        const id = InstanceId.safeParse(name);
        if (!id.success || instances.has(name)) return [];
        const record = readRecord(join(root, name));
        return [{ id: id.data, directory: join(root, name), instance: record?.instance === id.data ? hold(record) : undefined }];
      }),
  };
}

/** From a recorded intent to a watched process. */
import { SlipwayError } from '../../domain/errors.ts';
import type { Generation, InstanceId } from '../../domain/ids.ts';
import { InstanceId as InstanceIdParser } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';
import type { Slot } from './backoff.ts';
import { failInstance } from './failure.ts';
import type { Instance } from './fleet.ts';
import { environmentOf, resolveSecrets } from './instance-environment.ts';
import type { ProcessRef } from './instance-record.ts';
import type { Runtime } from './runtime.ts';
import type { Spawned } from './spawn.ts';
import { processEnded, watch } from './watch.ts';
import { stopNow } from './stop.ts';

const ID_SUFFIX = 10;

export interface Intent {
  readonly spec: RevisionSpec;
  readonly generation: Generation;
  readonly zone: string;
  readonly slot: Slot;
  readonly replaces: InstanceId | null;
}

function freshId(rt: Runtime, spec: RevisionSpec): InstanceId {
  for (;;) {
    const id = InstanceIdParser.parse(`${spec.revision}.${rt.needs.ids.next().slice(-ID_SUFFIX)}`);
    if (rt.fleet.get(id) === undefined) return id;
  }
}

/** Records an instance that is to be. @throws the error of the file system; then nothing has begun */
export function intend(rt: Runtime, intent: Intent): Instance {
  const { spec } = intent;
  return rt.fleet.add({ format: 1, instance: freshId(rt, spec), ...intent, createdAt: rt.needs.clock.now(), problem: null, state: { phase: 'intended' } });
}

const isIntended = (rt: Runtime, instance: Instance): boolean => !rt.closing.aborted && rt.fleet.get(instance.id) === instance && instance.record.state.phase === 'intended';

/** Starts the process and records it. Who dropped the intent meanwhile is answered by `recordRunning`. */
async function launchProcess(rt: Runtime, instance: Instance, artifact: string, secrets: Readonly<Record<string, string>>): Promise<void> {
  const port = await rt.freePort();
  if (!isIntended(rt, instance)) return;
  const { record, directory } = instance;
  const environment = environmentOf({ record, directory, root: rt.needs.directory, port, secrets, settings: rt.settings });
  const spawned = await rt.startProcess({ command: record.spec.start, artifact, directory, environment });
  instance.gone = spawned.ended.then(() => undefined);
  spawned.release();
  void spawned.ended.then(({ began, how, isFinal }) => processEnded(rt, instance, { began, why: how, isFinal }));
  if (spawned.pid !== undefined) await recordRunning(rt, instance, spawned, port);
}

async function recordRunning(rt: Runtime, instance: Instance, { pid = 0 }: Spawned, port: number): Promise<void> {
  rt.cgroups?.place(instance.id, pid, instance.record.spec.resources);
  // One that has ended already is told by its exit, which comes next.
  const process: ProcessRef = { pid, identity: (await rt.table.identity(pid)) ?? 'ended', port };
  const { phase } = instance.record.state;
  if (phase !== 'intended') return;
  const dropped = rt.fleet.get(instance.id) !== instance;
  rt.fleet.update(instance, { state: { phase: 'running', process, health: 'starting', startedAt: rt.needs.clock.now(), healthySince: null } });
  if (dropped) await stopNow(rt, instance);
  else if (!rt.closing.aborted) watch(rt, instance);
}

/** A full disk is nobody's mistake, and may have room again soon. */
const isFinal = (error: unknown): boolean => error instanceof SlipwayError && error.retry === 'final' && error.name !== 'StorageFull';

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** Brings an intended instance up: artifact, secrets, port, process. What goes wrong becomes its problem. Never rejects. */
export async function start(rt: Runtime, instance: Instance): Promise<void> {
  try {
    const { digest, secrets } = instance.record.spec;
    const [artifact, values] = await Promise.all([rt.unpacked.ensure(digest), resolveSecrets(rt.needs.secrets, secrets)]);
    await rt.startTurn(async () => {
      if (isIntended(rt, instance)) await launchProcess(rt, instance, artifact, values);
    });
  } catch (error) {
    const reason = error instanceof Error ? lowerFirst(error.message).replace(/\.$/, '') : String(error);
    if (isIntended(rt, instance)) failInstance(rt, instance, { began: false, why: `It could not start: ${reason}.`, isFinal: isFinal(error) });
  }
}

/** The process target on a temporary directory, with real processes and traffic in memory. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceRef } from '../../../../src/contracts/target.ts';
import { NotFound } from '../../../../src/domain/errors.ts';
import { Generation, type InstanceId, RevisionId } from '../../../../src/domain/ids.ts';
import { RevisionSpec } from '../../../../src/domain/revision.ts';
import type { ObservedInstance } from '../../../../src/domain/state.ts';
import { systemClock } from '../../../../src/adapters/local/system-clock.ts';
import { randomIds } from '../../../../src/adapters/local/random-ids.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { createProcessTarget, type InstanceChange, type ProcessSettings, type ProcessTarget } from '../../../../src/targets/process/index.ts';
import { processTable } from '../../../../src/targets/process/process-table/index.ts';
import { FakeTraffic } from '../../../fakes/traffic.ts';
import { folderArtifacts, serviceFolder, temporaryDirectory } from './service.ts';

const PATIENCE_MS = 15_000;

/** Polls until `look` answers something true, or fails with what it saw last. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const isAlive = async (pid: number): Promise<boolean> => (await processTable().identity(pid)) !== undefined;

const placeOf = ({ service, environment, access, settings }: RevisionSpec) => ({ service, environment, access, settings });

/** A specification of the test service; a test states what matters to it. */
export function specOf(overrides: Partial<Record<keyof RevisionSpec, unknown>> = {}): RevisionSpec {
  return RevisionSpec.parse({
    revision: 'catalog-1-production',
    service: 'catalog',
    environment: 'production',
    release: 'catalog@0123456789ab',
    version: '1.0.0',
    digest: `sha256:${'a'.repeat(64)}`,
    start: ['node', 'server.cjs'],
    health: { path: '/', interval: 0.1, timeout: 0.5, failures: 2, startWithin: 15 },
    configuration: {},
    secrets: {},
    resources: { memory: 512 * 1024 * 1024, cpu: 8 },
    zones: ['a', 'b'],
    stickiness: { by: 'request' },
    stopSeconds: 3,
    drainSeconds: 1,
    ...overrides,
  });
}

export interface Rig {
  readonly directory: string;
  readonly traffic: FakeTraffic;
  readonly changes: (InstanceChange & { ref: ServiceRef })[];
  readonly artifacts: ReturnType<typeof folderArtifacts>;
  readonly secrets: Map<string, string>;
  target: ProcessTarget;
  setGeneration(generation: number): void;
  launch(spec: RevisionSpec, count: number, generation?: number, zonesLost?: string[]): Promise<{ started: InstanceId[]; stopping: InstanceId[] }>;
  relaunch(instances: InstanceId[], spec: RevisionSpec, generation?: number, zonesLost?: string[]): ReturnType<ProcessTarget['relaunch']>;
  instances(spec?: RevisionSpec): Promise<ObservedInstance[]>;
  /** Resolves with the instances once exactly `count` are healthy and no other is there. */
  healthy(count: number): Promise<ObservedInstance[]>;
  pidOf(instance: InstanceId): Promise<number>;
  /** A second target on the same directory, as after a restart. */
  restart(): Promise<{ adopted: number; lost: number }>;
  close(): Promise<void>;
}

export async function processRig(settings: Partial<ProcessSettings> = {}, clock: Clock = systemClock): Promise<Rig> {
  const root = await temporaryDirectory();
  const directory = join(root, 'data');
  const artifacts = folderArtifacts(await serviceFolder(root));
  const traffic = new FakeTraffic();
  const secrets = new Map<string, string>();
  const changes: Rig['changes'] = [];
  let current = 1;
  const open = () =>
    createProcessTarget({
      directory,
      artifacts,
      traffic,
      clock,
      ids: randomIds,
      secrets: {
        resolve: async (reference) => {
          const value = secrets.get(reference);
          if (value === undefined) throw new NotFound(`there is no secret ${reference}`);
          return value;
        },
      },
      fence: { current: async () => Generation.parse(current) },
      onChange: (ref, what) => void changes.push({ ref, ...what }),
      settings,
    });
  const rig: Rig = {
    directory,
    traffic,
    changes,
    artifacts,
    secrets,
    target: await open(),
    setGeneration: (generation) => void (current = generation),
    launch: (spec, count, generation = current, zonesLost = []) => rig.target.launch({ verb: 'launch', ...placeOf(spec), generation: Generation.parse(generation), spec, count, zonesLost }),
    relaunch: (instances, spec, generation = current, zonesLost = []) =>
      rig.target.relaunch({ verb: 'relaunch', ...placeOf(spec), generation: Generation.parse(generation), instances, specs: { [RevisionId.parse(spec.revision)]: spec }, zonesLost }),
    instances: async (spec = specOf()) => (await rig.target.observe({ verb: 'observe', refs: [placeOf(spec)] })).services[0]?.instances ?? [],
    healthy: (count) =>
      eventually(`${count} healthy instances and no others`, async () => {
        const seen = await rig.instances();
        return seen.length === count && seen.every(({ health }) => health === 'healthy') && seen;
      }),
    pidOf: async (instance) => {
      const found = (await processTable().marked(directory)).find(({ pid, group, marker }) => marker.instance === instance && pid === group);
      if (found === undefined) throw new Error(`${instance} has no process`);
      return found.pid;
    },
    restart: async () => {
      await rig.target.close();
      rig.target = await open();
      return await rig.target.adopt();
    },
    close: async () => {
      await rig.target.close();
      await endAll(directory);
      await rm(root, { recursive: true, force: true });
    },
  };
  return rig;
}

/** Kills every process that carries this directory's marker. */
export async function endAll(directory: string): Promise<void> {
  await eventually('all processes of the test are gone', async () => {
    const left = await processTable().marked(directory);
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended in between.
      }
    }
    return left.length === 0;
  });
}

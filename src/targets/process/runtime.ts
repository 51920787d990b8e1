/** What the parts of the process target share. */
import type { ServiceRef } from '../../contracts/target.ts';
import type { InstanceId, RevisionId } from '../../domain/ids.ts';
import type { ArtifactStore } from '../../ports/artifacts.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { SecretSource } from '../../ports/secrets.ts';
import type { Fence } from '../../ports/target.ts';
import type { Traffic } from '../../ports/traffic.ts';
import type { Cgroups } from './cgroup.ts';
import type { ExitPoll } from './exit-poll.ts';
import type { Fleet } from './fleet.ts';
import type { WatchHealth } from './health.ts';
import type { ProcessTable } from './process-table/index.ts';
import type { Serial } from './serial.ts';
import type { ProcessSettings } from './settings.ts';
import type { StartProcess } from './spawner/client.ts';
import type { StartWaits } from './starts.ts';
import type { Stray } from './strays.ts';
import type { Unpacked } from './unpacked.ts';
import type { Upstreams } from './upstreams.ts';

/** What happened to an instance by itself. `exited` comes a second time when the backoff of an instance that was asked for too early is over. */
export interface InstanceChange {
  readonly kind: 'exited' | 'unhealthy' | 'healthy' | 'limit' | 'quarantined';
  readonly instance: InstanceId;
  readonly revision: RevisionId;
  /** A sentence for people. Never holds a secret or a service's output. */
  readonly detail: string;
}

export interface ProcessTargetNeeds {
  /** Absolute; belongs to this target alone, and to one process at a time. */
  readonly directory: string;
  readonly artifacts: ArtifactStore;
  readonly secrets: SecretSource;
  readonly traffic: Traffic;
  readonly fence: Fence;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly onChange: (ref: ServiceRef, what: InstanceChange) => void;
  readonly settings?: Partial<ProcessSettings>;
}

export interface Runtime {
  readonly needs: Omit<ProcessTargetNeeds, 'settings'>;
  readonly settings: ProcessSettings;
  readonly fleet: Fleet;
  readonly table: ProcessTable;
  readonly exits: ExitPoll;
  /** One changing verb at a time per service and environment. */
  readonly verbs: Serial;
  readonly unpacked: Unpacked;
  readonly upstreams: Upstreams;
  readonly cgroups: Cgroups | undefined;
  readonly watchHealth: WatchHealth;
  readonly starts: StartWaits;
  readonly freePort: () => Promise<number>;
  readonly startProcess: StartProcess;
  readonly startTurn: <R>(work: () => Promise<R>) => Promise<R>;
  /** Work that a verb began and did not wait for; `close` does, and it must not reject. */
  readonly background: (work: Promise<unknown>) => void;
  /** Strays, as of a moment ago. */
  readonly strays: () => Promise<readonly Stray[]>;
  /** Kills what an ended instance left behind. */
  readonly sweep: (id: InstanceId) => void;
  /** Ends a wait early when the target closes. */
  readonly closing: AbortSignal;
  /** Set when no changing verb is taken any more. */
  readonly refusing: AbortSignal;
}

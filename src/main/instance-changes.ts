/** What follows when instances change by themselves: failed ones are replaced at once, and a look at their places sees to the rest. */
import type { FailedInstance } from '../app/replace-failed.ts';
import type { PlaceRef } from '../app/repair-lease.ts';
import type { EnvironmentName, ServiceName } from '../domain/ids.ts';
import type { InstanceChange } from '../targets/process/index.ts';

/** Changes come in bursts (a zone, a host): what comes in this time is seen to together. */
const BURST_MS = 2;
/** A look takes processor time that the other instances of a burst need to start, and one that became healthy needs nothing. */
const HEALTHY_LOOK_MS = 250;

export interface InstanceChangeNeeds {
  /** Answers whether every one of them has a successor now. */
  readonly replace: (place: PlaceRef, failed: readonly FailedInstance[]) => Promise<boolean>;
  readonly look: (places: readonly PlaceRef[]) => Promise<void>;
  /** Hears of what failed; the schedule tries again. */
  readonly fault: (fault: unknown, places: readonly PlaceRef[]) => void;
}

export interface InstanceChanges {
  readonly changed: (service: ServiceName, environment: EnvironmentName, change: InstanceChange) => void;
  readonly stop: () => void;
}

const nameOf = ({ service, environment }: PlaceRef) => `${service}#${environment}`;

export function followInstances(needs: InstanceChangeNeeds): InstanceChanges {
  const failed = new Map<string, { place: PlaceRef; instances: FailedInstance[] }>();
  let burst: NodeJS.Timeout | undefined;
  const dirty = createDirty(needs);
  const replaceAll = () => {
    burst = undefined;
    const groups = [...failed.values()];
    failed.clear();
    for (const { place, instances } of groups) {
      needs.replace(place, instances).then(
        (replaced) => (replaced ? undefined : dirty.mark(place, 0)),
        (fault: unknown) => {
          needs.fault(fault, [place]);
          dirty.mark(place, 0);
        },
      );
    }
  };
  return {
    changed: (service, environment, { kind, instance, revision, detail }) => {
      const place = { service, environment };
      if (kind === 'healthy') return dirty.mark(place, HEALTHY_LOOK_MS);
      if (kind === 'quarantined') return dirty.mark(place, BURST_MS);
      const group = failed.get(nameOf(place)) ?? { place, instances: [] };
      group.instances.push({ instance, revision, problem: detail });
      failed.set(nameOf(place), group);
      burst ??= setTimeout(replaceAll, BURST_MS);
    },
    stop: () => {
      clearTimeout(burst);
      dirty.stop();
    },
  };
}

/** One look at a time: what is marked during one waits for its end, or looks would pile up over a busy machine. */
function createDirty({ look, fault }: InstanceChangeNeeds) {
  const marked = new Map<string, PlaceRef>();
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let looking = false;
  let stopped = false;
  const arm = (delayMs: number): void => {
    const at = performance.now() + delayMs;
    if (stopped || looking || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => void turn(), delayMs);
  };
  const turn = async () => {
    const places = [...marked.values()];
    marked.clear();
    looking = true;
    await look(places).catch((thrown: unknown) => fault(thrown, places));
    looking = false;
    dueAt = Number.POSITIVE_INFINITY;
    if (marked.size > 0) arm(BURST_MS);
  };
  return {
    mark: (place: PlaceRef, delayMs: number): void => {
      marked.set(nameOf(place), place);
      arm(delayMs);
    },
    stop: (): void => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

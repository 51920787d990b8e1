/** What the suite needs to hold a target to its contract: a way to call it, and hands of its own. Free of any test runner. */
import type { InstanceId } from '../../domain/ids.ts';
import type { RevisionSpec } from '../../domain/revision.ts';

/** What a target says of itself; the suite holds it to what it says. */
export interface Traits {
  /** Places instances in the zones of the specification, and out of lost ones. */
  readonly zones: boolean;
  /** As many instances as a revision can have; null: as many as are asked for. */
  readonly instancesMaximum: number | null;
}

export interface SuiteHarness {
  /** One verb, as it crosses the boundary. Rejects with an error whose name is the contract's. */
  send(request: unknown): Promise<unknown>;
  /**
   * A revision that becomes healthy when it is launched, in the zones a and b. The same service each time, and the same revision of it,
   * unless another is asked for.
   */
  spec(other?: { readonly revision?: 'second'; readonly service?: 'second' }): RevisionSpec;
  /** Ends an instance by a foreign hand, behind the target's back. Null: nobody can, and what needs it is left out. */
  readonly kill: ((instance: InstanceId) => Promise<void>) | null;
  /** From now on there is a desired state of this generation. Null: the target learns of it by the next call. */
  readonly setGeneration: ((generation: number) => void) | null;
  /** How long to wait for the platform, milliseconds. */
  readonly patienceMs: number;
  readonly wait: (ms: number) => Promise<void>;
  /** Milliseconds on a clock that only goes on. */
  readonly elapsed: () => number;
  /** Takes away what the check has left. */
  close(): Promise<void>;
}

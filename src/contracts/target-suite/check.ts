/** One thing that a target holds to. */
import type { RevisionSpec } from '../../domain/revision.ts';
import type { Driver } from './driver.ts';
import type { SuiteHarness, Traits } from './harness.ts';

/** What a check cannot do without: zones; more than one instance; somebody who ends an instance. */
export const REQUIREMENTS = ['zones', 'several', 'kill'] as const;
export type Requirement = (typeof REQUIREMENTS)[number];

export interface Check {
  readonly group: string;
  /** Completes the sentence that begins with the group: `launch` `brings a revision up ...`. */
  readonly name: string;
  readonly requires: readonly Requirement[];
  /** @throws an error that says what did not hold */
  run(on: Driver, spec: RevisionSpec): Promise<void>;
}

/** What stands against a check here, by requirement. */
const UNMET = {
  zones: (traits: Traits) => !traits.zones && 'the target has no zones',
  several: (traits: Traits) => traits.instancesMaximum === 1 && 'a revision has one instance',
  kill: (_traits: Traits, harness: Pick<SuiteHarness, 'kill'>) => harness.kill === null && 'nobody can end an instance behind the target\'s back',
} satisfies Record<Requirement, (traits: Traits, harness: Pick<SuiteHarness, 'kill'>) => string | false>;

/** Why a check is left out; null when it is run. */
export function leftOut({ requires }: Pick<Check, 'requires'>, traits: Traits, harness: Pick<SuiteHarness, 'kill'>): string | null {
  const reasons = requires.map((requirement) => UNMET[requirement](traits, harness)).filter((reason) => reason !== false);
  return reasons[0] ?? null;
}

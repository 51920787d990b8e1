/** Runs the checks of src/contracts/target-suite on a target, each as a test. */
import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { leftOut, runCheck, TARGET_CHECKS, type SuiteHarness, type Traits } from '../../src/contracts/target-suite/index.ts';
import { callVerb } from '../../src/app/call-verb.ts';
import type { InstanceId } from '../../src/domain/ids.ts';
import type { TargetRequest } from '../../src/contracts/target.ts';
import type { RevisionSpec } from '../../src/domain/revision.ts';
import type { Target } from '../../src/ports/target.ts';

export interface TargetHarness {
  readonly target: Target;
  /** Ends an instance by a foreign hand, behind the target's back. */
  kill(instance: InstanceId): Promise<void>;
  /** A revision that becomes healthy when it is launched, in the zones a and b, of the same service each time; `revision` names another one of it. */
  spec(overrides?: { readonly revision?: string; readonly service?: string }): RevisionSpec;
  /** What the fence answers from now on. */
  setGeneration(generation: number): void;
  /** How long to wait for the platform, milliseconds. */
  readonly patienceMs: number;
  close(): Promise<void>;
}

const FULL: Traits = { zones: true, instancesMaximum: null };

/** @param traits what the target says of itself; a check holds it to that */
export function targetContract(name: string, make: () => Promise<TargetHarness>, traits: Traits = FULL): void {
  describe(`target contract: ${name}`, () => {
    let harness: TargetHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.close());
    // Everything here can be killed; what is left out is so by the target's own traits.
    for (const check of TARGET_CHECKS.filter((one) => leftOut(one, traits, { kill: async () => undefined }) === null)) {
      it(`${check.group} ${check.name}`, () => runCheck(check, suiteHarness(harness), traits));
    }
  });
}

const suiteHarness = (harness: TargetHarness): SuiteHarness => ({
  send: async (request) => callVerb(harness.target, request as TargetRequest),
  spec: ({ revision, service } = {}) => harness.spec(service === 'second' ? { service: 'orders', revision: 'orders-1-production' } : revision === 'second' ? { revision: 'catalog-2-production' } : {}),
  kill: (instance) => harness.kill(instance),
  setGeneration: (generation) => harness.setGeneration(generation),
  patienceMs: harness.patienceMs,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  elapsed: () => performance.now(),
  close: () => harness.close(),
});


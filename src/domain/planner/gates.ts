/** Which gates stand where. */
import type { EnvironmentName } from '../ids.ts';
import type { Gate, StageName } from '../manifest.ts';

/** The gates of a stage in an environment, in the order of the manifest. */
export function gatesAt(gates: readonly Gate[], environment: EnvironmentName, stage: StageName, when: Gate['when']): Gate[] {
  return gates.filter((gate) => gate.stage === stage && gate.when === when && (gate.environments === undefined || gate.environments.includes(environment)));
}

/** What stands before the rollout. Where there is no canary its gates stand here: a question that somebody wrote is always asked. */
export function gatesBeforeRollout(gates: readonly Gate[], environment: EnvironmentName, hasCanary: boolean): Gate[] {
  const own = gatesAt(gates, environment, 'rollout', 'before');
  return hasCanary ? own : [...gatesAt(gates, environment, 'canary', 'before'), ...gatesAt(gates, environment, 'canary', 'after'), ...own];
}

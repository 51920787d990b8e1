/** What is wrong with instances, for a person: as a rule all have the same problem, and it is said once. */
import type { ObservedInstance } from '../domain/state.ts';

const NAMED_MAX = 3;

/** One text for each problem, with the instances that have it, in their order. */
export function problemsOf(instances: readonly Pick<ObservedInstance, 'instance' | 'problem'>[]): string[] {
  const having = new Map<string, string[]>();
  for (const { instance, problem } of instances) if (problem !== null) having.set(problem, [...(having.get(problem) ?? []), instance]);
  return [...having].map(([problem, names]) => `${names.slice(0, NAMED_MAX).join(', ')}${names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : ''}: ${problem}`);
}

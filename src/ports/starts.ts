/** Where the control plane's own process hears how starts end, nobody has to ask again and again. */
import type { EnvironmentName, RevisionId, ServiceName } from '../domain/ids.ts';

export interface Starts {
  /** Answers as soon as nothing of these revisions is starting any more, healthy or not, and after `withinMs` in any case. Never throws. */
  over(service: ServiceName, environment: EnvironmentName, revisions: readonly RevisionId[], withinMs: number): Promise<void>;
}

/** The output of instances, for people. */
import type { EnvironmentName, ServiceName } from '../domain/ids.ts';

export interface InstanceOutput {
  readonly instance: string;
  readonly revision: string;
  readonly text: string;
}

export interface LookedLogs {
  /** At most so many bytes of each instance as were asked for. */
  readonly output: readonly InstanceOutput[];
  /** Where what comes later begins. Absent where a look is cheap: then the next one looks at the ends again. */
  readonly next?: string;
}

export interface InstanceLogs {
  /**
   * The last `tailBytes` of each instance's output; with the `next` of a look before, what was written since.
   * @throws NotFound, NotSupported where output is not kept, InvalidInput for a cursor that is none, ProviderUnavailable
   */
  tail(service: ServiceName, environment: EnvironmentName, tailBytes: number, cursor?: string): Promise<LookedLogs>;
}

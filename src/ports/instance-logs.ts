/** The output of instances, for people. */
import type { EnvironmentName, ServiceName } from '../domain/ids.ts';

export interface InstanceLogs {
  /** The last `tailBytes` of each instance's output. */
  tail(service: ServiceName, environment: EnvironmentName, tailBytes: number): Promise<readonly { readonly instance: string; readonly revision: string; readonly text: string }[]>;
}

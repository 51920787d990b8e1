/** The installation's environments.yaml, as it is now. */
import type { Environments } from '../domain/environment.ts';

export interface EnvironmentsSource {
  /** @throws InvalidManifest with the mistakes and their positions. */
  read(): Promise<Environments>;
}

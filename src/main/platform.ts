/** What a platform gives to the handlers. `#platform` is this machine in `slipway up` and in tests, AWS in the packaged functions. */
import type { Ports } from '../ports/index.ts';
import type { Target } from '../ports/target.ts';

export interface Platform {
  ports(): Promise<Ports>;
  /** @throws NotSupported for a kind that is not registered */
  target(kind: string): Promise<Target>;
  /** One structured line; `details` holds ids, never documents. */
  log(level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>): void;
}

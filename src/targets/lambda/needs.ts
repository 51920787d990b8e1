/** What the target is made of. */
import type { Access } from '../../domain/access.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fence } from '../../ports/target.ts';
import type { Code } from './code.ts';
import type { Lambda } from './look.ts';

export interface LambdaNeeds {
  /** The client for the account, region and role of an environment. */
  readonly lambda: (access: Access | null) => Lambda;
  readonly code: Code;
  readonly fence: Fence;
  readonly clock: Pick<Clock, 'now'>;
}

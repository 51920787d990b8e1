/** What every step of the story is given. */
import type { Api } from './api.ts';
import type { Checks } from './checks.ts';
import type { Installation } from './installation.ts';
import type { Load } from './load/load.ts';
import type { Measured } from './report.ts';
import type { Repository } from './repository.ts';
import type { Story } from './say.ts';

export interface Stage {
  readonly story: Story;
  readonly checks: Checks;
  readonly api: Api;
  readonly installation: Installation;
  readonly repositories: { readonly shop: Repository; readonly files: Repository; readonly clock: Repository | null };
  /** Steady requests to the catalogue in production; undefined before it is there. */
  load: Load | undefined;
  /** What the steps have measured, for the report. */
  readonly measured: Measured;
}

/** @throws Error before the first release is out */
export function loadOf(stage: Stage): Load {
  if (stage.load === undefined) throw new Error('no load runs yet');
  return stage.load;
}

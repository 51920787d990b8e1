/** When a hold is looked at again. */
import type { Hold } from '../domain/plan.ts';
import type { Ports } from '../ports/index.ts';

/** The next tick, or the end of the hold when that comes first; ISO 8601. */
export function nextLook(needs: Pick<Ports, 'clock'>, hold: Hold, looked: { readonly progress: { readonly seconds: number }; readonly elapsedSeconds: number }): string {
  const leftSeconds = looked.progress.seconds - looked.elapsedSeconds;
  const waitSeconds = leftSeconds > 0 ? Math.min(hold.tickSeconds, leftSeconds) : hold.tickSeconds;
  return new Date(needs.clock.now() + waitSeconds * 1000).toISOString();
}

/** Takes the outcomes of builds and commands that ran elsewhere: of the one that an event names, or of all that have ended. */
import type { Ports } from '../ports/index.ts';

/** @throws what the outcome's taking throws; then the event comes again, and the next look finds it too */
export const buildFinished = (needs: Pick<Ports, 'jobEvents'>) => async (input: { readonly run: string | null }): Promise<{ ended: number; running: number } | null> => {
  if (input.run === null) return needs.jobEvents.sweep();
  await needs.jobEvents.ended(input.run);
  return null;
};

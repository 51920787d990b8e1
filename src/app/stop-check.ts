/** A pipeline that is to stop says so at its next turn, by throwing; its state machine catches, and goes back. */
import { Cancelled, Superseded } from '../domain/errors.ts';
import type { Pipeline } from '../domain/pipeline.ts';

/** @throws Superseded, Cancelled */
export function refuseStopped(pipeline: Pipeline): void {
  if (pipeline.stop === null) return;
  if (pipeline.stop.kind === 'superseded') throw new Superseded(`${pipeline.stop.by} has taken the place of ${pipeline.id}.`, { by: pipeline.stop.by });
  throw new Cancelled(`${pipeline.stop.by} cancelled ${pipeline.id}: ${pipeline.stop.why}`, { by: pipeline.stop.by });
}

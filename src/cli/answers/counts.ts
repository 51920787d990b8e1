/** What the metrics source has counted in a place. */
import * as z from 'zod';
import { ArmCounts } from '../../domain/judge/counts.ts';
import { Line } from './text.ts';

export const PlaceCounts = z.object({ epoch: Line, at: z.number(), stable: Line.nullable(), revisions: z.record(z.string(), ArmCounts) });

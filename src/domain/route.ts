/** A route: revision -> weight, whole percents that sum to 100, or empty when nothing serves. */
import * as z from 'zod';
import { RevisionId } from './ids.ts';

export const Weights = z.record(RevisionId, z.int().min(0).max(100)).refine(sumsTo100, 'weights must be whole percents that sum to 100, or none at all');
export type Weights = z.infer<typeof Weights>;

function sumsTo100(weights: Record<string, number>): boolean {
  const values = Object.values(weights);
  return values.length === 0 || values.reduce((sum, weight) => sum + weight, 0) === 100;
}

/** How a request is given to a revision: at random each time, or the same one for whoever sends the same cookie or header. */
export const Stickiness = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('request').meta({ description: 'Each request goes to any revision, by the weights.', examples: ['request'] }) }),
  z.strictObject({
    by: z.literal('cookie').meta({ description: 'Requests with the same cookie go to the same revision.', examples: ['cookie'] }),
    name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, at most 64').meta({ description: 'The cookie\'s name.', examples: ['session'] }),
  }),
  z.strictObject({
    by: z.literal('header').meta({ description: 'Requests with the same header go to the same revision.', examples: ['header'] }),
    name: z.string().regex(/^[a-z0-9-]{1,64}$/, 'lower case letters, digits and -, at most 64').meta({ description: 'The header\'s name, in lower case.', examples: ['x-customer'] }),
  }),
]);
export type Stickiness = z.infer<typeof Stickiness>;

/** Equal routes: revisions of weight 0 do not count. */
export function sameWeights(one: Weights, other: Weights): boolean {
  const positive = (weights: Weights) => JSON.stringify(Object.entries(weights).filter(([, weight]) => weight > 0).sort(([a], [b]) => (a < b ? -1 : 1)));
  return positive(one) === positive(other);
}

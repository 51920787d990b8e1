/** `parallelRun` of a manifest: how the answers of a candidate are compared with those of the stable revision. */
import * as z from 'zod';
import { Duration, Interval } from '../duration.ts';
import { FieldPattern } from './field-path.ts';

const HeaderName = z.string().regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'the name of an HTTP header in lower case');
/** Answers to these are made for one client alone, or are secrets. */
const NEVER_COMPARED = ['set-cookie', 'authorization', 'proxy-authenticate', 'www-authenticate', 'cookie', 'date', 'x-slipway-revision'];

const Tolerance = z.strictObject({
  field: FieldPattern.meta({ description: 'The numbers it is for.', examples: ['$.items[*].price'] }),
  absolute: z.number().min(0).default(0).meta({ description: 'Numbers that differ by no more than this are equal.', examples: [0.01] }),
  relative: z.number().min(0).max(1).default(0).meta({ description: 'The same as a share of the larger one: 0.05 is 5 %.', examples: [0.05] }),
});

export const ComparisonRule = z.strictObject({
  ignore: z.array(FieldPattern).max(100).default([]).meta({ description: 'Fields of JSON answers that are not compared: `*` is any one name, `[*]` any element, `**` any depth.', examples: [['$.generatedAt', '$.items[*].id']] }),
  tolerances: z.array(Tolerance).max(100).default([]).meta({ description: 'Numbers that may differ a little.', examples: [[{ field: '$.price', absolute: 0.01 }]] }),
  headers: z.array(HeaderName.refine((name) => !NEVER_COMPARED.includes(name), `a header that can be compared, not ${NEVER_COMPARED.join(', ')}`)).max(50).default(['content-type', 'location'])
    .meta({ description: 'Headers of the answers that are compared, in lower case.', examples: [['content-type', 'cache-control']] }),
  maximumRate: z.number().min(0).max(1).default(0.01).meta({ description: 'A field may differ in this share of the answers more than the stable revision differs from itself: 0.01 is 1 %.', examples: [0.01] }),
  minimumComparisons: z.int().min(1).default(50).meta({ description: 'Fewer compared requests are no evidence.', examples: [200] }),
});
export type ComparisonRule = z.infer<typeof ComparisonRule>;

export const ParallelRun = ComparisonRule.extend({
  sample: z.number().min(0.1).max(100).default(10).meta({ description: 'Percent of the requests that are asked again, of the candidate and twice of the stable revision.', examples: [10] }),
  duration: Duration.refine((value) => value > 0, 'more than 0').default(300).meta({ description: 'How long answers are compared before the candidate gets traffic.', examples: ['5m'] }),
  interval: Interval.default(10).meta({ description: 'Between two looks at the comparison.', examples: ['10s'] }),
  onDifference: z.enum(['fail', 'report']).default('fail').meta({ description: 'What a difference means: the release is taken back, or it is only shown.', examples: ['report'] }),
  extensions: z.int().min(0).max(20).default(2).meta({ description: 'How often the time is lengthened when too few requests came.', examples: [2] }),
  unsafeMethods: z.boolean().default(false).meta({ description: 'Mirror POST, PUT, PATCH and DELETE too. Only for a service that leaves its side effects out of requests with the header X-Slipway-Mirror.', examples: [false] }),
});
export type ParallelRun = z.infer<typeof ParallelRun>;

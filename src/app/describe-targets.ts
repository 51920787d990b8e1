/** What the registered targets say they can do. One that does not answer is listed with its reason, so that the others are seen. */
import type { DescribeResult } from '../contracts/target.ts';
import type { Ports } from '../ports/index.ts';

export const describeTargets = ({ targets }: Pick<Ports, 'targets'>) => (): Promise<readonly DescribeResult[]> => Promise.all(targets.names().map(async (kind): Promise<DescribeResult> => {
  try {
    return await targets.describe(kind);
  } catch (error) {
    return { verb: 'describe', kind, weights: false, zones: false, scaleToZero: false, limits: {}, problems: [error instanceof Error ? error.message : String(error)] };
  }
}));

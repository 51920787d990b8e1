/** What the judge reads in the packaged functions. */
import { metricsNotSupported } from '../../../adapters/aws/not-supported.ts';
import type { Part } from '../../platform.ts';

export const metrics: Part<'metrics'> = async () => metricsNotSupported;

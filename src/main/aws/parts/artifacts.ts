/** Artifacts of the packaged functions. */
import type { Part } from '../../platform.ts';
import { s3Artifacts } from './bucket.ts';

export const artifacts: Part<'artifacts'> = async () => s3Artifacts();

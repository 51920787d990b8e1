/** Artifacts of the packaged functions. */
import { artifactsNotSupported } from '../../../adapters/aws/not-supported.ts';
import type { Part } from '../../platform.ts';

export const artifacts: Part<'artifacts'> = async () => artifactsNotSupported;

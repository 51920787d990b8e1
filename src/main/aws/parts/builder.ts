/** Builds of the packaged functions. */
import { builderNotSupported } from '../../../adapters/aws/not-supported.ts';
import type { Part } from '../../platform.ts';

export const builder: Part<'builder'> = async () => builderNotSupported;

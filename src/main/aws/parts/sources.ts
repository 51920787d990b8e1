/** Repositories, read from the packaged functions. */
import { sourcesNotSupported } from '../../../adapters/aws/not-supported.ts';
import type { Part } from '../../platform.ts';

export const sources: Part<'sources'> = async () => sourcesNotSupported;

/** Commands of tests and gates, run from the packaged functions. */
import { commandsNotSupported } from '../../../adapters/aws/not-supported.ts';
import type { Part } from '../../platform.ts';

export const commands: Part<'commands'> = async () => commandsNotSupported;

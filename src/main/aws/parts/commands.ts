/** Commands of tests and gates, run from the packaged functions. */
import { createCodeBuildCommands } from '../../../adapters/aws/codebuild-jobs.ts';
import type { Part } from '../../platform.ts';
import { jobNeeds } from './jobs.ts';

export const commands: Part<'commands'> = async () => createCodeBuildCommands(await jobNeeds());

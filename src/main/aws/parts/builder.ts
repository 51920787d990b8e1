/** Builds of the packaged functions. */
import { createCodeBuildBuilder } from '../../../adapters/aws/codebuild-jobs.ts';
import type { Part } from '../../platform.ts';
import { jobNeeds } from './jobs.ts';

export const builder: Part<'builder'> = async () => createCodeBuildBuilder(await jobNeeds());

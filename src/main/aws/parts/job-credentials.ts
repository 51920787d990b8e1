/** Credentials that the packaged functions lend to runs. */
import { createJobCredentials } from '../../../adapters/aws/codebuild-jobs.ts';
import { credentialIn } from '../../../adapters/aws/http-git/credentials.ts';
import { awsConfig, processEnvironment } from '../../../config.ts';
import { platform } from '../../aws.ts';
import type { Part } from '../../platform.ts';
import { secretSource } from './secrets.ts';

export const jobCredentials: Part<'jobCredentials'> = async () =>
  createJobCredentials({ store: (await platform.ports()).store, credential: credentialIn(secretSource(), awsConfig(processEnvironment()).gitCredentials) });

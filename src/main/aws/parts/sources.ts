/** Repositories, read from the packaged functions. */
import { tmpdir } from 'node:os';
import { credentialIn } from '../../../adapters/aws/http-git/credentials.ts';
import { createHttpGitSources } from '../../../adapters/aws/http-git-sources.ts';
import { awsConfig, processEnvironment } from '../../../config.ts';
import type { Part } from '../../platform.ts';
import { secrets } from './secrets.ts';

export const sources: Part<'sources'> = async () => {
  const { gitCredentials } = awsConfig(processEnvironment());
  return createHttpGitSources({ directory: tmpdir(), settings: { credential: credentialIn(secrets(), gitCredentials) } });
};

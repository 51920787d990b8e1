/** Repositories, read from the packaged functions. */
import { credentialIn } from '../../../adapters/aws/http-git/credentials.ts';
import { createHttpGitSources } from '../../../adapters/aws/http-git-sources.ts';
import { awsConfig, processEnvironment } from '../../../config.ts';
import { NotSupported } from '../../../domain/errors.ts';
import type { Part } from '../../platform.ts';
import { secretSource } from './secrets.ts';

/** An admission reads; the code that writes files would be a part of its bundle for nothing. */
const builds = (): Promise<never> => Promise.reject(new NotSupported('Functions check nothing out: builds and commands do, in CodeBuild.'));

export const sources: Part<'sources'> = async () => {
  const { gitCredentials } = awsConfig(processEnvironment());
  return createHttpGitSources({ place: builds, settings: { credential: credentialIn(secretSource(), gitCredentials) } });
};

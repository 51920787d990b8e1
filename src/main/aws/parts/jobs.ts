/** What builds and commands on CodeBuild are made of. */
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { codeBuildCalls, type JobNeeds } from '../../../adapters/aws/codebuild-jobs.ts';
import { awsConfig, processEnvironment } from '../../../config.ts';
import { NotSupported } from '../../../domain/errors.ts';
import { platform } from '../../aws.ts';
import { bucketName, s3 } from './bucket.ts';

let client: CodeBuildClient | undefined;

/** @throws NotSupported in a function that was not given the project */
export async function jobNeeds(): Promise<JobNeeds> {
  const { buildProject: project, gitCredentials } = awsConfig(processEnvironment());
  if (project === null) throw new NotSupported('This function was not given SLIPWAY_BUILD_PROJECT, so it starts and ends no builds. Add it in infrastructure/environment.yml, with the rights in its role.');
  const { store, clock, ids } = await platform.ports();
  client ??= new CodeBuildClient({});
  return { store, clock, ids, calls: codeBuildCalls({ codeBuild: client, s3: s3(), settings: { project, bucket: bucketName(), gitCredentials } }) };
}

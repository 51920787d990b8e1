/** What builds and commands on CodeBuild are made of. */
import { signedBuilds } from '../../../adapters/aws/calls/signed-builds.ts';
import { createSignedCall } from '../../../adapters/aws/calls/signed-call.ts';
import { codeBuildCalls, type JobNeeds } from '../../../adapters/aws/codebuild-jobs.ts';
import { awsConfig, processEnvironment, signingConfig } from '../../../config.ts';
import { NotSupported } from '../../../domain/errors.ts';
import { platform } from '../../aws.ts';
import { bucketName, objects } from './bucket.ts';

/** As serverless.yml names it. */
const LENDER = 'slipway-lend-credential';

/** @throws NotSupported in a function that was not given the project */
export async function jobNeeds(): Promise<JobNeeds> {
  const { buildProject: project, gitCredentials } = awsConfig(processEnvironment());
  if (project === null) throw new NotSupported('This function was not given SLIPWAY_BUILD_PROJECT, so it starts and ends no builds. Add it in infrastructure/environment.yml, with the rights in its role.');
  const { store, clock, ids } = await platform.ports();
  return { store, clock, ids, calls: codeBuildCalls({ builds: signedBuilds(createSignedCall(signingConfig(processEnvironment()))), objects: objects(), settings: { project, bucket: bucketName(), lender: gitCredentials === null ? null : LENDER } }) };
}

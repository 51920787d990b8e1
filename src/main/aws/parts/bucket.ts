/** The installation's bucket, for the parts that keep something in it. */
import { type ObjectCalls, signedObjects } from '../../../adapters/aws/calls/signed-objects.ts';
import { createS3Artifacts, type S3Artifacts, type S3ArtifactsOptions } from '../../../adapters/aws/s3-artifacts.ts';
import { awsConfig, processEnvironment, signingConfig } from '../../../config.ts';
import { NotSupported } from '../../../domain/errors.ts';

/** @throws NotSupported in a function that was not given it */
export function bucketName(): string {
  const { artifactBucket } = awsConfig(processEnvironment());
  if (artifactBucket === null) throw new NotSupported('This function was not given SLIPWAY_ARTIFACT_BUCKET, so it handles no artifacts. Add it in infrastructure/environment.yml, with the rights in its role.');
  return artifactBucket;
}

export const objects = (): ObjectCalls => signedObjects({ ...signingConfig(processEnvironment()), bucket: bucketName() });

/** For functions that unpack nothing, as most: what unpacks would be a part of their bundles for nothing. */
const noExtract = (): Promise<never> => Promise.reject(new NotSupported('This function was packaged without what unpacks artifacts. Give it an extract of src/adapters/archive-rules in src/main/aws.'));

/** @param extract for functions that unpack */
export const s3Artifacts = (extract: S3ArtifactsOptions['extract'] = noExtract): S3Artifacts => createS3Artifacts({ objects: objects(), extract });

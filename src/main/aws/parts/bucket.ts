/** The installation's bucket, for the parts that keep something in it. */
import { S3Client } from '@aws-sdk/client-s3';
import { createS3Artifacts, type S3Artifacts } from '../../../adapters/aws/s3-artifacts.ts';
import { awsConfig, processEnvironment } from '../../../config.ts';
import { NotSupported } from '../../../domain/errors.ts';

/** @throws NotSupported in a function that was not given it */
export function bucketName(): string {
  const { artifactBucket } = awsConfig(processEnvironment());
  if (artifactBucket === null) throw new NotSupported('This function was not given SLIPWAY_ARTIFACT_BUCKET, so it handles no artifacts. Add it in infrastructure/environment.yml, with the rights in its role.');
  return artifactBucket;
}

let client: S3Client | undefined;
/** Emulators have no host name for each bucket. */
export const s3 = (): S3Client => (client ??= new S3Client({ forcePathStyle: processEnvironment()['AWS_ENDPOINT_URL'] !== undefined }));

export const s3Artifacts = (): S3Artifacts => createS3Artifacts({ client: s3(), bucket: bucketName() });

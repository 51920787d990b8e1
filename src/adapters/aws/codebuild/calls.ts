/** The calls to CodeBuild and to the jobs' part of the bucket. */
import { BatchGetBuildsCommand, type Build as CodeBuildRun, type CodeBuildClient, type EnvironmentVariable, StartBuildCommand, StopBuildCommand } from '@aws-sdk/client-codebuild';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ProviderUnavailable } from '../../../domain/errors.ts';
import { callFault, nameOf } from '../call-fault.ts';

export interface CodeBuildSettings {
  readonly project: string;
  readonly bucket: string;
  /** The name of a secret of Secrets Manager: a JSON object, host -> `user:token`. Null where repositories need none. */
  readonly gitCredentials: string | null;
}

export interface CodeBuildCalls {
  writeRequest(nonce: string, document: unknown): Promise<void>;
  /** Undefined where there is none, or none that is JSON. */
  readResult(nonce: string): Promise<unknown>;
  /** @returns CodeBuild's id; the same for the same nonce within five minutes */
  start(nonce: string, timeoutSeconds: number): Promise<string>;
  /** One that has ended stays as it is. */
  stop(run: string): Promise<void>;
  /** Those that are known, at most 100 asked for. */
  describe(runs: readonly string[]): Promise<readonly CodeBuildRun[]>;
}

/** CodeBuild takes 5 to 2160 minutes; https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html */
const MINUTES_MIN = 5;
const MINUTES_MAX = 2160;
/** For the machine to start, to fetch and to store: the program itself ends what takes longer than its limit. */
const MARGIN_MINUTES = 15;
const RESULT_BYTES_MAX = 256 * 1024;

async function told<R>(service: string, doing: string, call: () => Promise<R>): Promise<R> {
  try {
    return await call();
  } catch (error) {
    throw callFault(service, doing, error);
  }
}

export function codeBuildCalls({ codeBuild, s3, settings }: { readonly codeBuild: CodeBuildClient; readonly s3: S3Client; readonly settings: CodeBuildSettings }): CodeBuildCalls {
  const { project, bucket, gitCredentials } = settings;
  const variables = (nonce: string): EnvironmentVariable[] => [
    { name: 'SLIPWAY_JOB', value: nonce, type: 'PLAINTEXT' }, { name: 'SLIPWAY_BUCKET', value: bucket, type: 'PLAINTEXT' },
    ...(gitCredentials === null ? [] : [{ name: 'SLIPWAY_GIT_CREDENTIALS', value: gitCredentials, type: 'SECRETS_MANAGER' as const }]),
  ];
  return {
    writeRequest: async (nonce, document) => {
      const command = new PutObjectCommand({ Bucket: bucket, Key: `jobs/${nonce}/request.json`, Body: JSON.stringify(document), ContentType: 'application/json' });
      await told('S3', `keep what the job ${nonce} is to do`, () => s3.send(command));
    },
    readResult: async (nonce) => {
      try {
        const { Body, ContentLength = 0 } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `jobs/${nonce}/result.json` }));
        if (ContentLength > RESULT_BYTES_MAX) return undefined;
        return JSON.parse((await Body?.transformToString('utf-8')) ?? '') as unknown;
      } catch (error) {
        if (nameOf(error) === 'NoSuchKey' || error instanceof SyntaxError) return undefined;
        throw callFault('S3', `read the result of the job ${nonce}`, error);
      }
    },
    start: (nonce, timeoutSeconds) => told('CodeBuild', `start the job ${nonce}`, async () => {
      const minutes = Math.min(MINUTES_MAX, Math.max(MINUTES_MIN, Math.ceil(timeoutSeconds / 60) + MARGIN_MINUTES));
      const { build } = await codeBuild.send(new StartBuildCommand({ projectName: project, idempotencyToken: nonce, timeoutInMinutesOverride: minutes, environmentVariablesOverride: variables(nonce) }));
      if (build?.id === undefined) throw new ProviderUnavailable(`CodeBuild started the job ${nonce} and did not say as what. It is tried again.`, { project });
      return build.id;
    }),
    stop: (run) => told('CodeBuild', `stop ${run}`, async () => {
      await codeBuild.send(new StopBuildCommand({ id: run }));
    }),
    describe: (runs) => told('CodeBuild', `describe ${runs.length} runs`, async () => (await codeBuild.send(new BatchGetBuildsCommand({ ids: [...runs] }))).builds ?? []),
  };
}

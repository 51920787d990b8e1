/** The calls to CodeBuild and to the jobs' part of the bucket. */
import { LimitExceeded } from '../../../domain/errors.ts';
import { again } from '../again.ts';
import { callFault, nameOf } from '../call-fault.ts';
import type { BuildActions, Run } from '../calls/signed-builds.ts';
import type { ObjectCalls } from '../calls/signed-objects.ts';
import { bytesOf } from '../s3-artifacts/bytes.ts';

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
  describe(runs: readonly string[]): Promise<readonly Run[]>;
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

export function codeBuildCalls({ builds, objects, settings }: { readonly builds: BuildActions; readonly objects: ObjectCalls; readonly settings: CodeBuildSettings }): CodeBuildCalls {
  const { project, bucket, gitCredentials } = settings;
  const variables = (nonce: string) => [
    { name: 'SLIPWAY_JOB', value: nonce, type: 'PLAINTEXT' as const }, { name: 'SLIPWAY_BUCKET', value: bucket, type: 'PLAINTEXT' as const },
    ...(gitCredentials === null ? [] : [{ name: 'SLIPWAY_GIT_CREDENTIALS', value: gitCredentials, type: 'SECRETS_MANAGER' as const }]),
  ];
  return {
    writeRequest: (nonce, document) => {
      const text = JSON.stringify(document);
      return again(() => told('S3', `keep what the job ${nonce} is to do`, () => objects.put(`jobs/${nonce}/request.json`, text, { bytes: Buffer.byteLength(text) })));
    },
    readResult: (nonce) => again(async () => {
      try {
        const { body } = await objects.get(`jobs/${nonce}/result.json`);
        return JSON.parse((await bytesOf(body, RESULT_BYTES_MAX)).toString('utf8')) as unknown;
      } catch (error) {
        if (nameOf(error) === 'NoSuchKey' || error instanceof SyntaxError || error instanceof LimitExceeded) return undefined;
        throw callFault('S3', `read the result of the job ${nonce}`, error);
      }
    }),
    start: (nonce, timeoutSeconds) => told('CodeBuild', `start the job ${nonce}`, async () => {
      const minutes = Math.min(MINUTES_MAX, Math.max(MINUTES_MIN, Math.ceil(timeoutSeconds / 60) + MARGIN_MINUTES));
      return (await builds.startBuild({ projectName: project, idempotencyToken: nonce, timeoutInMinutesOverride: minutes, environmentVariablesOverride: variables(nonce) })).id;
    }),
    stop: (run) => told('CodeBuild', `stop ${run}`, () => builds.stopBuild({ id: run })),
    describe: (runs) => told('CodeBuild', `describe ${runs.length} runs`, () => builds.batchGetBuilds({ ids: runs })),
  };
}

/** The calls to CodeBuild and to the jobs' part of the bucket. */
import { LimitExceeded, NotFound } from '../../../domain/errors.ts';
import type { Digest } from '../../../domain/ids.ts';
import { again } from '../again.ts';
import { callFault, nameOf } from '../call-fault.ts';
import type { BuildActions, Run } from '../calls/signed-builds.ts';
import type { ObjectCalls } from '../calls/signed-objects.ts';
import { artifactObjectKey } from '../s3-artifacts.ts';
import { bytesOf } from '../s3-artifacts/bytes.ts';

export interface CodeBuildSettings {
  readonly project: string;
  readonly bucket: string;
  /** The function that lends a run the credential of its git host; null where repositories need none. */
  readonly lender: string | null;
  /** How long a run waits for its request, which is put there right after its start; 240 when it is not said. */
  readonly patienceSeconds?: number;
}

export interface StartedRun {
  readonly id: string;
  readonly arn: string;
}

export interface CodeBuildCalls {
  /** @returns the same run for the same nonce within five minutes */
  start(nonce: string, timeoutSeconds: number): Promise<StartedRun>;
  /** Puts there what the run is to do and, before that, the stored files that it needs. @throws NotFound for a file that is not stored */
  give(runArn: string, document: unknown, stored: readonly Digest[]): Promise<void>;
  /** Undefined where there is none, or none that is JSON. */
  readResult(runArn: string): Promise<unknown>;
  /** One that has ended stays as it is. */
  stop(run: string): Promise<void>;
  /** Those of the project that are known, at most 100 asked for. */
  describe(runs: readonly string[]): Promise<readonly Run[]>;
}

/** CodeBuild takes 5 to 2160 minutes; https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html */
const MINUTES_MIN = 5;
const MINUTES_MAX = 2160;
/** For the machine to start, to fetch and to store: the program itself ends what takes longer than its limit. */
const MARGIN_MINUTES = 15;
const RESULT_BYTES_MAX = 256 * 1024;
/** As long as CodeBuild takes the same start for the same run: whoever was interrupted gives it its request with the second one. */
const PATIENCE_SECONDS = 240;

/** A run may read and write below its own ARN only: infrastructure/builds.yml. */
const inputsOf = (runArn: string): string => `jobs/${runArn}/in`;
export const keyOfOutput = (runArn: string, name: 'artifact' | 'log' | 'result.json'): string => `jobs/${runArn}/out/${name}`;

async function told<R>(service: string, doing: string, call: () => Promise<R>): Promise<R> {
  try {
    return await call();
  } catch (error) {
    throw callFault(service, doing, error);
  }
}

export function codeBuildCalls({ builds, objects, settings }: { readonly builds: BuildActions; readonly objects: ObjectCalls; readonly settings: CodeBuildSettings }): CodeBuildCalls {
  const { project, bucket, lender, patienceSeconds = PATIENCE_SECONDS } = settings;
  const variables = (nonce: string) => Object.entries({ SLIPWAY_JOB: nonce, SLIPWAY_BUCKET: bucket, SLIPWAY_PATIENCE_SECONDS: String(patienceSeconds), ...(lender === null ? {} : { SLIPWAY_LENDER: lender }) })
    .map(([name, value]) => ({ name, value, type: 'PLAINTEXT' as const }));
  const copied = (runArn: string, digest: Digest): Promise<void> => again(async () => {
    try {
      await objects.copy(artifactObjectKey(digest), `${inputsOf(runArn)}/${digest.replace(':', '/')}`, false);
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') throw new NotFound(`There is no file ${digest} in the bucket, so what needs it was not run. Build it again, or register it.`, { digest }, { cause: error });
      throw callFault('S3', `give ${digest} to ${runArn}`, error);
    }
  });
  return {
    give: async (runArn, document, stored) => {
      for (const digest of stored) await copied(runArn, digest);
      const text = JSON.stringify(document);
      await again(() => told('S3', `keep what ${runArn} is to do`, () => objects.put(`${inputsOf(runArn)}/request.json`, text, { bytes: Buffer.byteLength(text) })));
    },
    readResult: (runArn) => again(async () => {
      try {
        const { body } = await objects.get(keyOfOutput(runArn, 'result.json'));
        return JSON.parse((await bytesOf(body, RESULT_BYTES_MAX)).toString('utf8')) as unknown;
      } catch (error) {
        if (nameOf(error) === 'NoSuchKey' || error instanceof SyntaxError || error instanceof LimitExceeded) return undefined;
        throw callFault('S3', `read the result of ${runArn}`, error);
      }
    }),
    start: (nonce, timeoutSeconds) => told('CodeBuild', `start the job ${nonce}`, async () => {
      const minutes = Math.min(MINUTES_MAX, Math.max(MINUTES_MIN, Math.ceil(timeoutSeconds / 60) + MARGIN_MINUTES));
      const { id, arn } = await builds.startBuild({ projectName: project, idempotencyToken: nonce, timeoutInMinutesOverride: minutes, environmentVariablesOverride: variables(nonce) });
      return { id, arn };
    }),
    stop: (run) => told('CodeBuild', `stop ${run}`, () => builds.stopBuild({ id: run })),
    describe: async (runs) => {
      // Of other projects nothing may be read.
      const own = runs.filter((run) => run.startsWith(`${project}:`));
      return own.length === 0 ? [] : told('CodeBuild', `describe ${own.length} runs`, () => builds.batchGetBuilds({ ids: own }));
    },
  };
}

/** CodeBuild's calls as signed requests: its JSON protocol, of which only what is used is parsed. */
import * as z from 'zod';
import type { SignedCall } from './signed-call.ts';

const TIMEOUT_MS = 15_000;
/** Seconds since the epoch. */
const Time = z.number().transform((seconds) => new Date(Math.round(seconds * 1000)));
const Context = z.object({ statusCode: z.string().optional(), message: z.string().optional() });

/** https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html */
export const Run = z.object({
  id: z.string(),
  arn: z.string(),
  buildStatus: z.string().optional(),
  startTime: Time.optional(),
  endTime: Time.optional(),
  phases: z.array(z.object({ phaseType: z.string().optional(), phaseStatus: z.string().optional(), contexts: z.array(Context).nullish() })).nullish(),
  logs: z.object({ deepLink: z.string().nullish() }).nullish(),
  environment: z.object({ environmentVariables: z.array(z.object({ name: z.string(), value: z.string() })).nullish() }).nullish(),
});
export type Run = z.infer<typeof Run>;

export interface BuildActions {
  /** https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html */
  startBuild(input: { readonly projectName: string; readonly idempotencyToken: string; readonly timeoutInMinutesOverride: number; readonly environmentVariablesOverride: readonly { readonly name: string; readonly value: string; readonly type: 'PLAINTEXT' }[] }): Promise<Run>;
  stopBuild(input: { readonly id: string }): Promise<void>;
  batchGetBuilds(input: { readonly ids: readonly string[] }): Promise<readonly Run[]>;
}

/** Each may be sent twice: a start has its token, and stopping what has ended changes nothing. @throws ServiceFault, ZodError for an answer of another form */
export function signedBuilds(call: SignedCall): BuildActions {
  const send = async (action: string, input: unknown): Promise<unknown> =>
    JSON.parse((await call({ service: 'codebuild', path: '/', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `CodeBuild_20161006.${action}` }, body: JSON.stringify(input), timeoutMs: TIMEOUT_MS })).text);
  return {
    startBuild: async (input) => z.object({ build: Run }).parse(await send('StartBuild', input)).build,
    stopBuild: async (input) => void (await send('StopBuild', input)),
    batchGetBuilds: async (input) => z.object({ builds: z.array(Run).nullish() }).parse(await send('BatchGetBuilds', input)).builds ?? [],
  };
}

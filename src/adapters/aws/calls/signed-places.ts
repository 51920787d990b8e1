/** Signed requests that say where a revision is counted: the version behind an alias, the target group of a name. */
import * as z from 'zod';
import { nameOf } from '../call-fault.ts';
import type { SignedCall } from './signed-call.ts';
import { elementIn } from './xml.ts';

const TIMEOUT_MS = 10_000;

export interface PlaceCalls {
  /** The version that an alias of a function leads to; null when there is no such alias. https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html */
  versionOfAlias(functionName: string, alias: string): Promise<string | null>;
  /** The ARN of the target group of this name; null when there is none. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html */
  targetGroup(name: string): Promise<string | null>;
}

const absent = (...names: readonly string[]) => (error: unknown): null => {
  if (names.includes(nameOf(error))) return null;
  throw error;
};

/** @throws ServiceFault, ZodError for an answer of another form */
export const signedPlaces = (call: SignedCall): PlaceCalls => ({
  versionOfAlias: async (functionName, alias) => {
    const answer = await call({ service: 'lambda', method: 'GET', path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/aliases/${encodeURIComponent(alias)}`, headers: {}, body: null, timeoutMs: TIMEOUT_MS }).catch(absent('ResourceNotFoundException'));
    return answer === null ? null : z.object({ FunctionVersion: z.string() }).parse(JSON.parse(answer.text)).FunctionVersion;
  },
  targetGroup: async (name) => {
    const body = new URLSearchParams({ Action: 'DescribeTargetGroups', Version: '2015-12-01', 'Names.member.1': name }).toString();
    const answer = await call({ service: 'elasticloadbalancing', path: '/', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body, timeoutMs: TIMEOUT_MS }).catch(absent('TargetGroupNotFound', 'TargetGroupNotFoundException'));
    return answer === null ? null : z.string().parse(elementIn(answer.text, 'TargetGroupArn'));
  },
});

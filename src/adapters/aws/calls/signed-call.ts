/**
 * One request to an AWS service, signed and repeated when that helps. Stands where the SDK's clients would be the larger part of
 * a function's bundle: those of the table, executions and targets, which every function needs. docs/decisions/0010
 */
import { AwsV4Signer } from 'aws4fetch';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { SlipwayError } from '../../../domain/errors.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials, such as a function's. */
  readonly sessionToken?: string | undefined;
}

export interface SignedCallOptions {
  readonly region: string;
  /** Null where there are none: then every call fails with `CredentialsProviderError`. A function answers those of the moment. */
  readonly credentials: Credentials | null | (() => Promise<Credentials>);
  /** `http://127.0.0.1:5000` of an emulator; without it the service's own address in the region. */
  readonly endpoint?: string | undefined;
  /** Who calls: the name of the function. It goes with each call as its application id, which CloudTrail and recordings show. */
  readonly caller?: string | undefined;
  /** How to wait between attempts; tests hand in one that does not. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

export interface ServiceRequest {
  /** As in the service's host name. */
  readonly service: 'codebuild' | 'dynamodb' | 'elasticloadbalancing' | 'events' | 'states' | 'lambda' | 'logs' | 'monitoring' | 'secretsmanager' | 'ssm' | 'sns' | 'sqs' | 'sts';
  /** POST when it is not said. */
  readonly method?: 'GET';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for a request without one. */
  readonly body: string | null;
  readonly timeoutMs: number;
}

export interface ServiceAnswer {
  readonly headers: Headers;
  readonly text: string;
}

export type SignedCall = (request: ServiceRequest) => Promise<ServiceAnswer>;

/** What a service refused. Its name is the service's own, as the SDK's errors have it. */
export class ServiceFault extends Error {
  /** The document that came with it: reasons of a cancelled transaction, for example. */
  readonly document: Readonly<Record<string, unknown>>;
  constructor(name: string, message: string, document: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = name;
    this.document = document;
  }
}

/** As many as the SDK's standard mode: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
export const ATTEMPTS_MAX = 3;
const FIRST_PAUSE_MS = 50;
const ANSWER_BYTES_MAX = 8 * 2 ** 20;
const THROTTLES = /^(?:Throttl\w*|TooManyRequests\w*|RequestLimitExceeded|RequestThrottled\w*|SlowDown|ProvisionedThroughputExceededException|LimitExceededException)$/;

/** JSON services name the error in the body, Lambda in a header; with a prefix or a link behind it. */
const Refusal = z.looseObject({ __type: z.string().optional(), code: z.string().optional(), message: z.string().optional(), Message: z.string().optional() });

/** Sent with every call. */
export const agentOf = (caller: string | undefined): string => `slipway${caller === undefined ? '' : ` app/${caller}`}`;

/** @throws ServiceFault for what the service refused; an error named TimeoutError, or of the network, when it did not answer */
export function createSignedCall({ region, credentials, endpoint, caller, pause = sleep }: SignedCallOptions): SignedCall {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const agent = agentOf(caller);
  const once = async (request: ServiceRequest): Promise<ServiceAnswer> => {
    if (credentials === null) throw new ServiceFault('CredentialsProviderError', 'There are no credentials in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)', {});
    const keys = typeof credentials === 'function' ? await credentials() : credentials;
    const { method = 'POST', body } = request;
    const url = `${endpoint ?? `https://${request.service}.${region}.${domain}`}${request.path}`;
    const signed = await new AwsV4Signer({
      url, method, headers: { ...request.headers, 'user-agent': agent }, ...(body === null ? {} : { body }), service: request.service, region, accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey,
      ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken }),
    }).sign();
    const answer = await fetch(signed.url, { method, headers: signed.headers, body, redirect: 'error', signal: AbortSignal.timeout(request.timeoutMs) });
    const text = await textOf(answer);
    if (!answer.ok) throw faultOf(answer, text);
    return { headers: answer.headers, text };
  };
  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(request);
      } catch (error) {
        if (attempt >= ATTEMPTS_MAX || !mayPass(error)) throw error;
        await pause(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
      }
    }
  };
}

/** DynamoDB ends a page at 1 MB, Lambda and Step Functions an answer at 6 MB: more is not theirs. */
async function textOf(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new ServiceFault('AnswerTooLarge', `It answered more than ${ANSWER_BYTES_MAX} bytes`, {});
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function faultOf(answer: Response, text: string): ServiceFault {
  const refusal = Refusal.safeParse(parsed(text)).data ?? {};
  const named = answer.headers.get('x-amzn-errortype') ?? refusal['__type'] ?? refusal.code ?? /<Code>([A-Za-z0-9.]+)<\/Code>/.exec(text)?.[1] ?? '';
  const name = /(?:^|#)([A-Za-z0-9.]+)(?::.*)?$/.exec(named)?.[1] ?? (answer.status >= 500 ? 'ServiceUnavailable' : `Http${answer.status}`);
  return new ServiceFault(name, refusal.message ?? refusal.Message ?? `The service answered ${answer.status}`, { ...refusal, status: answer.status });
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Faults of the service, throttles and a network that failed. Every request that is sent here may be sent twice. */
function mayPass(error: unknown): boolean {
  // What the credentials of a role could not be had for was tried by whoever asked for them.
  if (error instanceof SlipwayError) return false;
  if (!(error instanceof ServiceFault)) return true;
  if (error.name === 'CredentialsProviderError' || error.name === 'AnswerTooLarge') return false;
  return THROTTLES.test(error.name) || Number(error.document['status']) >= 500;
}

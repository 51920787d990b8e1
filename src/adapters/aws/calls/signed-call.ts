/**
 * One request to an AWS service, signed and repeated when that helps. Stands where the SDK's clients would be the larger part of
 * a function's bundle: those of the table, executions and targets, which every function needs. docs/decisions/0010
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { SlipwayError } from '../../../domain/errors.ts';
import { type Answer, exchange } from './exchange.ts';
import { type Credentials, signed } from './signature.ts';
import { elementIn } from './xml.ts';

export type { Credentials } from './signature.ts';

export interface SignedCallOptions {
  readonly region: string;
  /** Null where there are none: then every call fails with `CredentialsProviderError`. A function answers those of the moment. */
  readonly credentials: Credentials | null | (() => Promise<Credentials>);
  /** `http://127.0.0.1:5000` of an emulator; without it the service's own address in the region. */
  readonly endpoint?: string | undefined;
  /** Who calls: the name of the function. It goes with each call as its application id, which CloudTrail and recordings show. */
  readonly caller?: string | undefined;
  /** Less than ATTEMPTS_MAX for whoever wants to see the first refusal. */
  readonly attempts?: number;
  /** How to wait between attempts; tests hand in one that does not. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

export interface ServiceRequest {
  /** As in the service's host name. */
  readonly service: 'autoscaling' | 'codebuild' | 'dynamodb' | 'ec2' | 'ecs' | 'elasticloadbalancing' | 'events' | 'states' | 'lambda' | 'logs' | 'monitoring' | 'secretsmanager' | 'ssm' | 'sns' | 'sqs' | 'sts';
  /** POST when it is not said. */
  readonly method?: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null for a request without one. */
  readonly body: string | null;
  readonly timeoutMs: number;
}

export type ServiceAnswer = Answer;

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
/** After a throttle, as the SDK waits; the table's own are over sooner. Same page. */
const THROTTLED_PAUSE_MS = 500;
/** DynamoDB ends a page at 1 MB, Lambda and Step Functions an answer at 6 MB, EC2 a page at a thousand instances. */
const ANSWER_BYTES_MAX = 32 * 2 ** 20;
const THROTTLES = /^(?:Throttl\w*|TooManyRequests\w*|RequestLimitExceeded|RequestThrottled\w*|EC2ThrottledException|BandwidthLimitExceeded|PriorRequestNotComplete|SlowDown|ProvisionedThroughputExceededException|LimitExceededException)$/;

/** JSON services name the error in the body, Lambda in a header; with a prefix or a link behind it. */
const Refusal = z.looseObject({ __type: z.string().optional(), code: z.string().optional(), message: z.string().optional(), Message: z.string().optional() });

/** Sent with every call. */
export const agentOf = (caller: string | undefined): string => `slipway${caller === undefined ? '' : ` app/${caller}`}`;

/** @throws ServiceFault for what the service refused; an error named TimeoutError, or of the network, when it did not answer */
export function createSignedCall({ region, credentials, endpoint, caller, attempts = ATTEMPTS_MAX, pause = sleep }: SignedCallOptions): SignedCall {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const agent = agentOf(caller);
  const once = async (request: ServiceRequest): Promise<ServiceAnswer> => {
    if (credentials === null) throw new ServiceFault('CredentialsProviderError', 'There are no credentials in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)', {});
    const keys = typeof credentials === 'function' ? await credentials() : credentials;
    const { method = 'POST', service, body, timeoutMs } = request;
    const url = new URL(`${endpoint ?? `https://${service}.${region}.${domain}`}${request.path}`);
    const headers = signed({ method, url, headers: { ...request.headers, 'user-agent': agent }, body, service, region, credentials: keys, now: Date.now() });
    const answer = await exchange(url, { method, headers, body, timeoutMs, answerBytesMax: ANSWER_BYTES_MAX });
    if (answer.status >= 300) throw faultOf(answer);
    return answer;
  };
  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(request);
      } catch (error) {
        if (attempt >= attempts || !mayPass(error)) throw error;
        await pause(Math.random() * firstPauseMs(request, error) * 2 ** attempt);
      }
    }
  };
}

function faultOf({ status, headers, text }: ServiceAnswer): ServiceFault {
  const refusal = Refusal.safeParse(parsed(text)).data ?? {};
  const named = headers['x-amzn-errortype'] ?? refusal['__type'] ?? refusal.code ?? /<Code>([A-Za-z0-9.]+)<\/Code>/.exec(text)?.[1] ?? '';
  const name = /(?:^|#)([A-Za-z0-9.]+)(?::.*)?$/.exec(named)?.[1] ?? (status >= 500 ? 'ServiceUnavailable' : `Http${status}`);
  return new ServiceFault(name, refusal.message ?? refusal.Message ?? elementIn(text, 'Message') ?? `The service answered ${status}`, { ...refusal, status });
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isThrottle = (error: unknown): boolean => error instanceof ServiceFault && (THROTTLES.test(error.name) || error.document['status'] === 429);
const firstPauseMs = ({ service }: ServiceRequest, error: unknown): number => (service !== 'dynamodb' && isThrottle(error) ? THROTTLED_PAUSE_MS : FIRST_PAUSE_MS);

/** Faults of the service, throttles and a network that failed. Every request that is sent here may be sent twice. */
function mayPass(error: unknown): boolean {
  // What the credentials of a role could not be had for was tried by whoever asked for them.
  if (error instanceof SlipwayError) return false;
  if (!(error instanceof ServiceFault)) return !(error instanceof Error && error.name === 'AnswerTooLarge');
  if (error.name === 'CredentialsProviderError') return false;
  return isThrottle(error) || /^RequestTimeout(?:Exception)?$/.test(error.name) || Number(error.document['status']) >= 500;
}

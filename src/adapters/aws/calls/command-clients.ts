/**
 * Clients for the SDK's commands that send signed calls. The SDK says how each command is written and its answer read; what else its clients are
 * made of (configuration, endpoints, middleware, retries, another signer and another HTTP client) took a fifth of a target's start,
 * and signed calls have it already. docs/decisions/0026
 */
import { AwsEc2QueryProtocol, AwsJson1_1Protocol, AwsQueryProtocol, AwsRestJsonProtocol } from '@aws-sdk/core/protocols';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { ServiceRequest, SignedCall } from './signed-call.ts';

/** An operation as commands carry it: a tuple, of which the first says that it is one. */
type OperationTuple = readonly [kind: number, namespace: string, name: string, traits: unknown, input: unknown, output: unknown];
interface Operation { readonly namespace: string; readonly name: string; readonly traits: unknown; readonly input: unknown; readonly output: unknown }
interface Command { readonly input: object; readonly schema: OperationTuple }

interface Written {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What is used of the SDK's protocols; https://smithy.io/2.0/aws/protocols/ */
interface Protocol {
  serializeRequest(operation: Operation, input: object, context: { readonly endpoint: () => Promise<unknown> }): Promise<Written>;
  deserializeResponse(operation: Operation, context: object, response: { readonly statusCode: number; readonly headers: Record<string, string>; readonly body: Uint8Array }): Promise<unknown>;
}

interface Service {
  readonly service: ServiceRequest['service'];
  readonly protocol: () => Protocol;
  readonly timeoutMs: number;
}

/** Path and query are the operation's; where they are sent is the call's to say. */
const NOWHERE = { endpoint: () => Promise.resolve({ protocol: 'https:', hostname: 'localhost', path: '/', query: {} }) };

const queryOf = (query: Written['query'] = {}): string => {
  const pairs = Object.entries(query).flatMap(([name, value]) => [value ?? ''].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
};

function bodyOf(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  throw new TypeError('This command sends a stream, which signed calls do not. Give it a call of its own.');
}

/** @returns a client whose answers have the types that the SDK gives them by command. What is refused is a ServiceFault with the service's name for it */
const clientOf = <C extends { readonly send: unknown }>({ service, protocol: make, timeoutMs }: Service) => {
  let protocol: Protocol | undefined;
  return (call: SignedCall): Pick<C, 'send'> => {
    const send = async ({ input, schema: [, namespace, name, traits, of, answers] }: Command): Promise<unknown> => {
      protocol ??= make();
      const operation = { namespace, name, traits, input: of, output: answers };
      const { method, path, query, headers, body } = await protocol.serializeRequest(operation, input, NOWHERE);
      const answer = await call({ service, method, path: `${path}${queryOf(query)}`, headers, body: bodyOf(body), timeoutMs });
      return await protocol.deserializeResponse(operation, {}, { statusCode: answer.status, headers: { ...answer.headers }, body: Buffer.from(answer.text) });
    };
    return { send };
  };
};

/** A target's function ends after 55 s, and what is asked here is answered within a few. */
const TIMEOUT_MS = 15_000;
/** Code is sent with the request that makes a function. */
const UPLOAD_MS = 45_000;

/** https://docs.aws.amazon.com/lambda/latest/api/welcome.html */
export const lambdaCommands = clientOf<LambdaClient>({ service: 'lambda', timeoutMs: UPLOAD_MS, protocol: () => new AwsRestJsonProtocol({ defaultNamespace: 'com.amazonaws.lambda' }) });
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/making-api-requests.html */
export const ecsCommands = clientOf<ECSClient>({ service: 'ecs', timeoutMs: TIMEOUT_MS, protocol: () => new AwsJson1_1Protocol({ defaultNamespace: 'com.amazonaws.ecs', serviceTarget: 'AmazonEC2ContainerServiceV20141113' }) });
/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html */
export const ec2Commands = clientOf<EC2Client>({ service: 'ec2', timeoutMs: TIMEOUT_MS, protocol: () => new AwsEc2QueryProtocol({ defaultNamespace: 'com.amazonaws.ec2', xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15', version: '2016-11-15' }) });
/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/Welcome.html */
export const autoScalingCommands = clientOf<AutoScalingClient>({ service: 'autoscaling', timeoutMs: TIMEOUT_MS, protocol: () => new AwsQueryProtocol({ defaultNamespace: 'com.amazonaws.autoscaling', xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/', version: '2011-01-01' }) });
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html */
export const balancerCommands = clientOf<ElasticLoadBalancingV2Client>({ service: 'elasticloadbalancing', timeoutMs: TIMEOUT_MS, protocol: () => new AwsQueryProtocol({ defaultNamespace: 'com.amazonaws.elasticloadbalancingv2', xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/', version: '2015-12-01' }) });

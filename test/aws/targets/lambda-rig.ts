/** The lambda target over the client that its function has, against the emulator behind the shim. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { lambdaCommands } from '../../../src/adapters/aws/calls/command-clients.ts';
import { Generation } from '../../../src/domain/ids.ts';
import { RevisionSpec } from '../../../src/domain/revision.ts';
import type { Target } from '../../../src/ports/target.ts';
import { codeOf, createLambdaTarget } from '../../../src/targets/lambda/index.ts';
import { ACCOUNT, clientSettings, ENDPOINT, REGION, uniqueName } from '../emulator.ts';
import { startFaultProxy, type FaultProxy } from '../faults.ts';
import { lambdaShim, type LambdaShim, type LambdaShimOptions } from '../shims/lambda.ts';
import { accessOf, actingAs, roleParameters } from './as-role.ts';

export const ROLE = `arn:aws:iam::${ACCOUNT}:role/slipway-test-functions`;

/** The role that functions are made with: the emulator asks for it. */
export async function makeRole(): Promise<void> {
  const iam = new IAMClient(clientSettings());
  await iam.send(new CreateRoleCommand({ RoleName: 'slipway-test-functions', AssumeRolePolicyDocument: '{}' })).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === 'EntityAlreadyExistsException')) throw error;
  });
  iam.destroy();
}

/** The ARN of a queue, for an event source. */
export async function makeQueue(): Promise<string> {
  const name = uniqueName('orders');
  const answer = await fetch(ENDPOINT, {
    method: 'POST', body: new URLSearchParams({ Action: 'CreateQueue', QueueName: name, Version: '2012-11-05' }),
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/sqs/aws4_request, SignedHeaders=host, Signature=0` },
  });
  if (!answer.ok) throw new Error(await answer.text());
  return `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
}

export interface LambdaRig {
  readonly target: Target;
  readonly proxy: FaultProxy;
  readonly shim: LambdaShim;
  /** A foreign hand: another client of the same account. */
  readonly hand: LambdaClient;
  readonly service: string;
  /** A revision of two functions, `api` and `worker`; a test says what matters to it. */
  spec(overrides?: Partial<Record<keyof RevisionSpec, unknown>>): RevisionSpec;
  setGeneration(generation: number): void;
  /** Milliseconds that the target's clock is ahead. */
  advance(ms: number): void;
  close(): Promise<void>;
}

export const TWO_FUNCTIONS = { role: ROLE, functions: { api: { handler: 'index.handler' }, worker: { handler: 'worker.handler' } } };

/** The artifact store of the rig: what a digest holds is its own digits. */
const artifacts = {
  unpack: async (digest: string, folder: string) => {
    await mkdir(folder);
    await writeFile(join(folder, 'index.js'), `exports.handler = async () => '${digest}';\n`);
  },
};

export async function lambdaRig(options: LambdaShimOptions = {}): Promise<LambdaRig> {
  await makeRole();
  const folder = await mkdtemp(join(tmpdir(), 'slipway-lambda-test-'));
  const proxy = await startFaultProxy();
  const shim = lambdaShim(options);
  proxy.shim(shim.shim);
  proxy.deployRoles('production', roleParameters([ROLE], { Lambda: 'yes' }));
  const connect = actingAs('lambda', proxy.endpoint, lambdaCommands, 1);
  const hand = new LambdaClient({ ...clientSettings(proxy.endpoint), maxAttempts: 1 });
  const service = uniqueName('shop');
  let generation = 1;
  let ahead = 0;
  return {
    proxy, shim, hand, service,
    target: createLambdaTarget({ lambda: connect, code: codeOf({ artifacts, folder }), fence: { current: async () => Generation.parse(generation) }, clock: { now: () => Date.now() + ahead } }),
    spec: (overrides = {}) => RevisionSpec.parse({
      revision: `${service}-1-production`, service, environment: 'production', release: `${service}@0123456789ab`, version: '1', digest: `sha256:${'1'.repeat(64)}`,
      start: ['lambda'], health: { path: '/', interval: 2, timeout: 2, failures: 3, startWithin: 60 }, configuration: { LEVEL: 'info' }, secrets: {}, resources: { memory: 256 * 1024 ** 2, cpu: 1 },
      zones: ['a'], stickiness: { by: 'request' }, stopSeconds: 1, drainSeconds: 0, access: accessOf('production'), settings: TWO_FUNCTIONS, ...overrides,
    }),
    setGeneration: (next) => {
      generation = next;
    },
    advance: (ms) => {
      ahead += ms;
    },
    close: async () => {
      hand.destroy();
      await proxy.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

import { describe, expect, it } from '@jest/globals';
import { DescribeRequest } from '../../../../src/contracts/target.ts';
import { createLambdaTarget } from '../../../../src/targets/lambda/index.ts';
import { specOf } from '../process/rig.ts';

const ROLE = 'arn:aws:iam::123456789012:role/functions';
const SETTINGS = { role: ROLE, functions: { api: { handler: 'index.handler' } } };

/** An account with so much unreserved, whose functions reserve nothing. */
const target = (unreserved = 1000) => createLambdaTarget({
  lambda: () => ({
    send: async (command: object) => {
      if (command.constructor.name === 'GetAccountSettingsCommand') return { AccountLimit: { UnreservedConcurrentExecutions: unreserved } };
      throw Object.assign(new Error('Function not found'), { name: 'ResourceNotFoundException' });
    },
  }) as never,
  code: async () => { throw new Error('no plan needs the code'); }, fence: { current: async () => 0 as never }, clock: { now: () => 0 },
});

interface Question {
  readonly candidate?: Record<string, unknown>;
  readonly stable?: Record<string, unknown>;
  readonly settings?: Record<string, unknown>;
  readonly shares?: boolean;
  readonly unreserved?: number;
}

async function problems({ candidate = {}, stable, settings = SETTINGS, shares = true, unreserved }: Question): Promise<readonly string[]> {
  const spec = specOf({ settings, resources: { memory: 256 * 1024 ** 2, cpu: 1 }, ...candidate });
  const before = stable === undefined ? null : specOf({ revision: 'catalog-0-production', settings: SETTINGS, ...stable });
  const place = { service: spec.service, environment: spec.environment, access: null, settings: spec.settings };
  return (await target(unreserved).describe(DescribeRequest.parse({ verb: 'describe', plan: { place, candidate: spec, stable: before, shares } }))).problems;
}

describe('a plan on Lambda', () => {
  it('has nothing against it when it fits', async () => {
    expect(await problems({ stable: {} })).toEqual([]);
    expect((await target().describe({ verb: 'describe' })).problems).toEqual([]);
  });

  it.each<[string, Question, RegExp]>([
    ['no functions', { settings: {} }, /functions: /],
    ['a setting nobody knows', { settings: { ...SETTINGS, memroy: 3 } }, /memroy/],
    ['a handler with a space', { settings: { role: ROLE, functions: { api: { handler: 'a b' } } } }, /functions\.api\.handler: a handler such as/],
    ['subnets without security groups', { settings: { ...SETTINGS, subnets: ['subnet-01234567'] } }, /belong together/],
    ['no role', { settings: { functions: SETTINGS.functions } }, /"api" has no role. Say settings.role/],
    ['a name that is too long', { settings: { role: ROLE, functions: { [`a${'b'.repeat(29)}`]: { handler: 'x.y' } } }, candidate: { service: `s${'x'.repeat(30)}a` } }, /has \d+ characters, and Lambda takes 64/],
    ['too little memory', { candidate: { resources: { memory: 64 * 1024 ** 2, cpu: 1 } } }, /would have 64 MiB of memory/],
    ['more warm than may run', { settings: { ...SETTINGS, reservedConcurrency: 2, provisionedConcurrency: 3 } }, /keep 3 environments ready and may run 2/],
    ['stickiness', { candidate: { stickiness: { by: 'cookie', name: 'session' } } }, /cannot keep a client/],
    ['variables of Lambda\'s own', { candidate: { configuration: { AWS_REGION: 'x', LAMBDA_TASK_ROOT: 'y' } } }, /Lambda sets AWS_REGION, LAMBDA_TASK_ROOT by itself/],
    ['a secret whose reference has no name left', { candidate: { configuration: { KEY_FROM: 'x' }, secrets: { KEY: { from: 'a/b' } } } }, /secrets KEY go to the functions as <NAME>_FROM/],
    ['too many variables', { candidate: { configuration: { TEXT: 'x'.repeat(4090) } } }, /take \d+ bytes, and Lambda gives a function 4096/],
    ['a service named like Slipway\'s own functions', { candidate: { service: 'slipway-target' } }, /could meet Slipway's own functions/],
    ['another alias than callers use', { settings: { ...SETTINGS, alias: 'public' }, stable: {} }, /Callers use the alias "live"/],
    ['none of the functions before', { settings: { role: ROLE, functions: { mailer: { handler: 'x.y' } } }, stable: {} }, /none of the functions of catalog-0-production/],
    ['another role beside the stable revision', { settings: { ...SETTINGS, role: `${ROLE}-new` }, stable: {} }, /changes its role or dead letter queue/],
    ['too much reserved', { settings: { ...SETTINGS, reservedConcurrency: 500 }, unreserved: 550 }, /would leave 50 of the account's, and 100 have to stay/],
  ])('is refused for %s', async (_what, question, words) => {
    expect((await problems(question)).join('\n')).toMatch(words);
  });

  it('may change the role when the two never share traffic', async () => {
    expect(await problems({ settings: { ...SETTINGS, role: `${ROLE}-new` }, stable: {}, shares: false })).toEqual([]);
  });
});

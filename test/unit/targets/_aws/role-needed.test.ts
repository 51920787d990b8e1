/** A plan says that its environment names no role that Slipway could act as, and nothing of AWS is asked then. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { TargetRequest } from '../../../../src/contracts/target.ts';
import type { Target } from '../../../../src/ports/target.ts';
import { actingAsRole } from '../../../../src/targets/_aws/role-needed.ts';
import { resources } from '../../functions/serverless-files.ts';
import { samplesOf } from '../../functions/samples.ts';

const sample = TargetRequest.parse(samplesOf('target-ecs').find(({ name }) => name === 'describe-plan.json')?.event);
if (sample.verb !== 'describe' || sample.plan === undefined) throw new Error('events/target-ecs/describe-plan.json asks about a plan');
const { plan } = sample;

/** The same plan, in an environment with this role. */
const withRole = (role: string | null) => ({ verb: 'describe' as const, plan: { ...plan, place: { ...plan.place, access: { account: null, region: null, role, externalId: null } } } });

function watched() {
  const asked: unknown[] = [];
  const inner = { describe: async (request: unknown) => { asked.push(request); return { verb: 'describe', kind: 'ecs', weights: true, zones: true, scaleToZero: true, limits: {}, problems: ['its own'] }; } } as unknown as Target;
  return { asked, target: actingAsRole(inner) };
}

it.each([[null, /names no role/], ['arn:aws:iam::123456789012:role/deployer', /roles named slipway-/], ['arn:aws:iam::123456789012:role/team/slipway-production', /roles named slipway-/]])('the role %s is a problem', async (role, sentence) => {
  const { asked, target } = watched();
  const { problems } = await target.describe(withRole(role));
  expect(problems).toEqual([expect.stringMatching(sentence)]);
  expect(problems?.[0]).toContain('accounts/environment-role.yml');
  expect(asked).toEqual([{ verb: 'describe' }]);
});

it('no access at all is one too', async () => {
  const { asked, target } = watched();
  expect((await target.describe({ verb: 'describe', plan: { ...plan, place: { ...plan.place, access: null } } })).problems).toEqual([expect.stringMatching(/names no role/)]);
  expect(asked).toEqual([{ verb: 'describe' }]);
});

it('with a role the target is asked itself, and without a plan there is nothing to say', async () => {
  const { asked, target } = watched();
  const request = withRole('arn:aws:iam::123456789012:role/slipway-production');
  expect((await target.describe(request)).problems).toEqual(['its own']);
  expect(asked).toEqual([request]);
  await target.describe({ verb: 'describe' });
  expect(asked[1]).toEqual({ verb: 'describe' });
});

it.each(['Ec2', 'Ecs', 'Lambda'])('the role of the %s target may assume exactly such roles', (kind) => {
  const role = JSON.stringify(resources[`Target${kind}Role`]?.Properties);
  expect(role).toMatch(/"sts:AssumeRole","Resource":\{"Fn::Sub":"arn:\$\{AWS::Partition\}:iam::\*:role\/slipway-\*"\}/);
});

it.each(['ec2', 'ecs', 'lambda'])('the packaged target %s is asked through this', (kind) => {
  expect(readFileSync(new URL(`../../../../src/main/aws/targets/${kind}.ts`, import.meta.url), 'utf8')).toMatch(/made = actingAsRole\(/);
});

import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate, type ValidateInput } from '../../../src/app/validate.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/manifests', name), 'utf8');
const environments = { path: 'environments.yaml', text: fixture('environments.yaml') };
const service = (name: string, more = '') => `service: ${name}\nteam: shop\nstart: [x]\n${more}`;
const lines = async (input: ValidateInput, targets?: readonly string[]) =>
  (await validate(targets ? { targets } : {})(input)).issues.map((issue) => `${issue.file}:${issue.line}:${issue.column} ${issue.severity} ${issue.path}: ${issue.message}`);
const one = (more: string, targets?: readonly string[]) => lines({ files: [{ path: 'slipway.yaml', text: service('web', more) }], environments }, targets);

describe('validate', () => {
  it('says nothing about a repository in order, and names its services', async () => {
    const files = [{ path: 'services/catalog/slipway.yaml', text: fixture('full.yaml') }, { path: 'services/web/slipway.yaml', text: fixture('minimal.yaml') }];
    const result = await validate({ targets: ['process'] })({ files, environments });
    expect(result.issues).toEqual([]);
    expect(result.services.map(({ service: name, file }) => [name, file])).toEqual([['catalog', 'services/catalog/slipway.yaml'], ['web', 'services/web/slipway.yaml']]);
  });

  it('finds a service described twice, at the second', async () => {
    const files = [{ path: 'a/slipway.yaml', text: service('web') }, { path: 'b/slipway.yaml', text: service('web') }];
    expect(await lines({ files })).toEqual([expect.stringMatching(/^b\/slipway\.yaml:1:10 error service: a\/slipway\.yaml describes a service "web" too/)]);
  });

  it('warns of a manifest above another that names no paths', async () => {
    const inner = { path: 'services/api/slipway.yaml', text: service('api') };
    expect(await lines({ files: [{ path: 'slipway.yaml', text: service('web') }, inner] })).toEqual([expect.stringMatching(/^slipway\.yaml:1:10 warning service: without paths, every change of services\/api\/ releases "web" too/)]);
    expect(await lines({ files: [{ path: 'slipway.yaml', text: service('web', "paths: ['src/**']\n") }, inner] })).toEqual([]);
    expect(await lines({ files: [{ path: 'services/a/slipway.yaml', text: service('web') }, { path: 'services/ab/slipway.yaml', text: service('api') }] })).toEqual([]);
  });

  it('goes on with the others when one manifest or the environments do not hold', async () => {
    const files = [{ path: 'a/slipway.yaml', text: '[' }, { path: 'b/slipway.yaml', text: service('web', 'environments: {nowhere: {}}\n') }];
    const result = await validate({})({ files, environments: { path: 'environments.yaml', text: 'environments: 1' } });
    expect(result.issues.map((issue) => issue.file)).toEqual(['environments.yaml', 'a/slipway.yaml']);
    expect(result.services.map((found) => found.service)).toEqual(['web']);
  });

  it.each([
    ['environments:\n  stagin: {}\n', '5:3 error environments.stagin: this installation has no such environment'],
    ['gates:\n  - {kind: person, name: a, stage: staging, when: after, environments: [production, nowhere]}\n', '5:85 error gates[0].environments[1]: this installation has no environment "nowhere"'],
    ['gates:\n  - {kind: person, name: a, stage: staging, when: after, environments: [production]}\n', '5:36 error gates[0].stage: none of production has the stage staging'],
    ['strategy: rolling\ngates:\n  - {kind: person, name: a, stage: canary, when: after}\n', '6:36 error gates[0].stage: none of staging, production has the stage canary'],
    ['secrets:\n  LOG_FORMAT: {from: a}\n', '5:3 error secrets.LOG_FORMAT: is a setting of the installation in staging too'],
    ['environments:\n  production:\n    secrets: {REGION: {from: a}}\n', '6:15 error environments.production.secrets.REGION: is a setting of the installation in production too'],
    ['approval:\n  count: 2\n', '5:10 error approval.count: 2 must approve, but only 1 may in production'],
  ])('finds what does not go with the environments: %j', async (more, expected) => {
    expect((await one(more)).join('\n')).toContain(`slipway.yaml:${expected}`);
  });

  it('finds an approval that nobody may give, and not where none is needed', async () => {
    const text = 'environments:\n  - {name: staging, kind: staging, wave: 1}\n  - {name: production, kind: production, wave: 2}\n';
    const input = (more: string) => lines({ files: [{ path: 's.yaml', text: service('web', more) }], environments: { path: 'e.yaml', text } });
    expect(await input('approval: {count: 1}\n')).toEqual([expect.stringMatching(/^s\.yaml:4:11 error approval: nobody may approve in production/)]);
    expect(await input('approval: {required: false}\n')).toEqual([]);
    expect(await input('approval: {approvers: [anna, ben]}\n')).toEqual([]);
  });

  it('finds fewer instances than must stay healthy, except none', async () => {
    const text = 'environments:\n  - {name: staging, kind: staging, wave: 1}\n  - {name: production, kind: production, wave: 2, minimumHealthy: 3}\ndefaults: {approvers: [anna, ben]}\n';
    const input = (more: string) => lines({ files: [{ path: 's.yaml', text: service('web', more) }], environments: { path: 'e.yaml', text } });
    expect(await input('instances: 2\n')).toEqual([expect.stringMatching(/^s\.yaml:4:12 error instances: production keeps at least 3 healthy instances, but this service has 2/)]);
    expect(await input('environments: {production: {instances: 1}}\n')).toEqual([expect.stringMatching(/^s\.yaml:4:40 error environments\.production\.instances: production keeps at least 3/)]);
    expect([await input('instances: 3\n'), await input('instances: 0\n')]).toEqual([[], []]);
  });

  it('knows the targets that are registered, when told', async () => {
    const result = await validate({ targets: ['process', 'ecs'] })({ files: [{ path: 's.yaml', text: service('web', 'target: proces\n') }] });
    expect(result.issues).toEqual([expect.objectContaining({ line: 4, column: 9, path: 'target', allowed: ['process', 'ecs'], suggestion: 'process' })]);
    expect(await one('target: of-their-own\n')).toEqual([]);
  });
});

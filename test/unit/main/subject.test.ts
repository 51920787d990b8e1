/** What lines of the log are about. */
import { expect, it } from '@jest/globals';
import { about, pipelineOf, subject, subjectOf } from '../../../src/main/subject.ts';

const request = (rawPath: string, headers: Record<string, string> = {}) => ({ rawPath, headers, requestContext: { http: { method: 'GET' } } });

it.each([
  ['a deployment is also its pipeline', { deploymentId: 'catalog-12-eu-1', stage: 'canary', batch: 0 }, { deploymentId: 'catalog-12-eu-1', pipelineId: 'catalog-12', stage: 'canary', batch: 0 }],
  ['a revision is also its deployment', { verb: 'retire', service: 'catalog', environment: 'staging', revision: 'catalog-12-staging' }, { verb: 'retire', service: 'catalog', environment: 'staging', revision: 'catalog-12-staging', deploymentId: 'catalog-12-staging', pipelineId: 'catalog-12' }],
  ['what is launched', { verb: 'launch', spec: { revision: 'catalog-12-staging', environment: { TOKEN: 'x' } } }, { verb: 'launch', revision: 'catalog-12-staging', deploymentId: 'catalog-12-staging', pipelineId: 'catalog-12' }],
  ['nothing but ids', { pipelineId: 'catalog-12', token: 'secret', outcome: { kind: 'failed' } }, { pipelineId: 'catalog-12' }],
  ['no text that is too long for an id', { pipelineId: 'x'.repeat(129), service: { name: 'catalog' } }, {}],
  ['a pipeline in a path', request('/v1/pipelines/catalog-12/cancel'), { pipelineId: 'catalog-12' }],
  ['a place in a path', request('/v1/services/catalog/environments/production/logs'), { service: 'catalog', environment: 'production' }],
  ['a path that names none', request('/v1/services/%20/x'), {}],
  ["GitHub's delivery as it is kept", request('/webhooks/github', { 'x-github-delivery': '72d3162e-cc78' }), { deliveryId: '72d3162e-cc78' }],
  ["another host's delivery as it is kept", request('/webhooks/bitbucket', { 'x-request-uuid': '{72d3162e}' }), { deliveryId: 'bitbucket:72d3162e' }],
  ['a delivery only where webhooks are taken', request('/v1/me', { 'x-request-id': 'abc' }), {}],
  ['no event', null, {}],
  ['no object', 'catalog-12', {}],
])('%s', (_name, event, ids) => expect(subjectOf(event)).toEqual(ids));

it('a deployment whose names leave open which its pipeline is names none', () => {
  expect(pipelineOf('app-1-x-2-eu')).toBeUndefined();
  expect(pipelineOf('app-1')).toBeUndefined();
  expect(pipelineOf('a-shop-7-prod-eu')).toBe('a-shop-7');
});

it('each of two that work at once has its own, and nobody has one outside', async () => {
  const line = async (pipelineId: string) => about({ pipelineId }, async () => {
    await new Promise((resolve) => { setTimeout(resolve, 1); });
    return subject();
  });
  expect(await Promise.all([line('a-1'), line('b-2')])).toEqual([{ pipelineId: 'a-1' }, { pipelineId: 'b-2' }]);
  expect(subject()).toEqual({});
});

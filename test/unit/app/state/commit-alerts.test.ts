/** An alert says which pipeline it is about, where it is about one. */
import { expect, it } from '@jest/globals';
import { alerting } from '../../../../src/app/state/commit.ts';

it.each([
  ['a deployment', { service: 'catalog', environment: 'eu-1', pipeline: 'catalog-12' }, 'catalog-12'],
  ["an approval's subject", { service: 'catalog', environment: 'eu-1', deployment: 'catalog-12-eu-1' }, 'catalog-12'],
  ['a place that nothing is at work on', { service: 'catalog', environment: 'eu-1', deployment: null }, undefined],
  ['the installation', { service: null, environment: null }, undefined],
])('%s', (_name, place, pipeline) => {
  expect(alerting('info', 'deployed', place, 'It is there.')).toEqual({ kind: 'alert', alert: { severity: 'info', kind: 'deployed', service: place.service, environment: place.environment, ...(pipeline === undefined ? {} : { pipeline }), text: 'It is there.' } });
});

import { describe, expect, it } from '@jest/globals';
import { effective } from '../../../src/domain/effective.ts';
import { Environments } from '../../../src/domain/environment.ts';
import { Manifest } from '../../../src/domain/manifest.ts';

const manifest = (change: object = {}) => Manifest.parse({ service: 'catalog', team: 'shop', start: ['x'], ...change });
const installation = (staging: object = {}, production: object = {}, defaults: object = {}) =>
  Environments.parse({ environments: [{ name: 'staging', kind: 'staging', wave: 1, ...staging }, { name: 'production', kind: 'production', wave: 2, ...production }], defaults });

function inForce(service: Manifest, places: Environments, name: 'staging' | 'production', productionInstances?: number) {
  const environment = places.environments.find((one) => one.name === name);
  if (!environment) throw new Error(`no ${name}`);
  return effective(service, environment, places, productionInstances);
}

describe('effective', () => {
  it('takes instances from production, the environment, and the manifest for the environment', () => {
    const places = installation({ instances: '50%' });
    expect(inForce(manifest({ instances: 5 }), places, 'production').instances).toBe(5);
    expect(inForce(manifest({ instances: 5 }), places, 'staging').instances).toBe(3);
    expect(inForce(manifest({ instances: 5 }), places, 'staging', 10).instances).toBe(5);
    expect(inForce(manifest({ instances: 5, environments: { staging: { instances: 1 } } }), places, 'staging').instances).toBe(1);
    expect(inForce(manifest({ instances: 5, environments: { staging: { instances: '20%' } } }), places, 'staging').instances).toBe(1);
    expect(inForce(manifest({ instances: 5 }), installation({ instances: 7 }), 'staging').instances).toBe(7);
  });

  it('keeps the minimum a share of the instances here, never more than there are', () => {
    expect(inForce(manifest({ instances: 4 }), installation({}, { minimumHealthy: '75%' }), 'production').minimumHealthy).toBe(3);
    expect(inForce(manifest({ instances: 1 }), installation(), 'production').minimumHealthy).toBe(1);
    expect(inForce(manifest({ instances: 0 }), installation({}, { minimumHealthy: 2 }), 'production').minimumHealthy).toBe(0);
  });

  it('lays configuration over each other, the more particular last', () => {
    const places = installation({ configuration: { B: 'environment', C: 'environment', D: 'environment' } }, {}, { configuration: { A: 'default', B: 'default', C: 'default', D: 'default' } });
    const service = manifest({ configuration: { C: 'manifest', D: 'manifest' }, environments: { staging: { configuration: { D: 'own' } } } });
    expect(inForce(service, places, 'staging').configuration).toEqual({ A: 'default', B: 'environment', C: 'manifest', D: 'own' });
    expect(inForce(service, places, 'production').configuration).toEqual({ A: 'default', B: 'default', C: 'manifest', D: 'manifest' });
  });

  it('changes resources field by field', () => {
    const service = manifest({ resources: { memory: '256Mi', cpu: 2 }, environments: { staging: { resources: { memory: '128Mi' } } } });
    expect(inForce(service, installation(), 'staging').resources).toEqual({ memory: 128 * 2 ** 20, cpu: 2 });
    expect(inForce(service, installation(), 'production').resources).toEqual({ memory: 256 * 2 ** 20, cpu: 2 });
  });

  it('chooses the strategy of the manifest, the environment, the manifest for the environment', () => {
    const places = installation({ strategy: 'all-at-once' });
    expect(inForce(manifest({ strategy: 'rolling' }), places, 'production').strategy).toBe('rolling');
    expect(inForce(manifest({ strategy: 'rolling' }), places, 'staging').strategy).toBe('all-at-once');
    expect(inForce(manifest({ environments: { staging: { strategy: 'blue-green' } } }), places, 'staging').strategy).toBe('blue-green');
  });

  it('fills in approvers from one list only', () => {
    const places = installation({}, { approvers: ['carla'] }, { approvers: ['anna'] });
    expect(inForce(manifest({ approval: { approvers: ['dora'] } }), places, 'production').approval.approvers).toEqual(['dora']);
    expect(inForce(manifest(), places, 'production').approval.approvers).toEqual(['carla']);
    expect(inForce(manifest(), places, 'staging').approval.approvers).toEqual(['anna']);
    expect(inForce(manifest(), installation(), 'staging').approval.approvers).toEqual([]);
  });

  it('overrides secrets by name and takes zones from the defaults', () => {
    const service = manifest({ secrets: { A: { from: 'a' }, B: { from: 'b' } }, environments: { staging: { secrets: { B: { from: 'staging/b' } } } } });
    const places = installation({}, { zones: ['z'] }, { zones: ['x', 'y'] });
    expect(inForce(service, places, 'staging').secrets).toEqual({ A: { from: 'a' }, B: { from: 'staging/b' } });
    expect([inForce(service, places, 'staging').zones, inForce(service, places, 'production').zones, inForce(service, installation(), 'staging').zones]).toEqual([['x', 'y'], ['z'], ['a']]);
  });

  it('lays settings of the target over each other name by name, and takes none of another target', () => {
    const places = installation({ targets: { ecs: { cluster: 'staging' } } }, { aws: { region: 'eu-west-1' } }, { targets: { ecs: { cluster: 'all', subnets: ['a'] }, lambda: { runtime: 'x' } } });
    const service = manifest({ target: 'ecs', settings: { image: 'catalog' }, environments: { staging: { settings: { image: 'catalog-debug' } } } });
    expect(inForce(service, places, 'staging')).toMatchObject({ settings: { cluster: 'staging', subnets: ['a'], image: 'catalog-debug' }, access: null });
    expect(inForce(service, places, 'production')).toMatchObject({ settings: { cluster: 'all', subnets: ['a'], image: 'catalog' }, access: { account: null, region: 'eu-west-1', role: null, externalId: null } });
  });

  it('parses what it has parsed: a stored manifest and stored environments stay the same', () => {
    const service = manifest({ canary: { duration: '10m', instances: '10%' }, environments: { staging: { instances: '50%' } }, configuration: { A: 1 } });
    expect(Manifest.parse(JSON.parse(JSON.stringify(service)))).toEqual(service);
    const places = installation({ instances: '50%' }, {}, { zones: ['q'] });
    expect(Environments.parse(JSON.parse(JSON.stringify(places)))).toEqual(places);
  });
});

import { describe, expect, it } from '@jest/globals';
import { definitionOf } from '../../../../src/targets/ecs/task-definition.ts';
import { exactSize, fargateSize } from '../../../../src/targets/ecs/fargate-size.ts';
import { ecsSettings } from '../../../../src/targets/ecs/settings.ts';
import { samplesOf } from '../../functions/samples.ts';
import { LaunchRequest } from '../../../../src/contracts/target.ts';
import { specOf } from '../process/rig.ts';

const { settings } = LaunchRequest.parse(samplesOf('target-ecs').find(({ name }) => name === 'launch.json')?.event);
const MIB = 1_048_576;

describe('sizes of Fargate', () => {
  it.each([
    [0.25, 512, 256, 512], [0.1, 100, 256, 512], [0.25, 513, 256, 1024], [0.25, 2049, 512, 3072], [0.5, 512, 512, 1024], [1, 512, 1024, 2048], [1, 8193, 2048, 9216], [3, 1024, 4096, 8192], [8, 20_000, 8192, 20_480], [16, 122_880, 16_384, 122_880],
  ])('%d cores and %d MiB run in %d units and %d MiB', (cpu, memory, cpuUnits, memoryMiB) => {
    expect(fargateSize({ cpu, memory: memory * MIB })).toEqual({ cpuUnits, memoryMiB });
  });

  it('none holds more than 16 cores or 120 GiB', () => {
    expect(fargateSize({ cpu: 17, memory: MIB })).toBeUndefined();
    expect(fargateSize({ cpu: 1, memory: 122_881 * MIB })).toBeUndefined();
    expect(exactSize({ cpu: 17, memory: MIB + 1 })).toEqual({ cpuUnits: 17_408, memoryMiB: 2 });
  });
});

describe('a task definition', () => {
  const spec = specOf({ configuration: { LOG_LEVEL: 'info', PORT: '1' }, secrets: { DATABASE_URL: { from: 'catalog/database' }, KEY: { from: 'secretsmanager:catalog/keys#signing' }, FLAG: { from: 'ssm:/catalog/flag' } }, resources: { cpu: 0.25, memory: 512 * MIB } });

  it('runs the release\'s digest, and names secrets without their values', () => {
    const [container] = definitionOf(spec, ecsSettings(settings)).containerDefinitions ?? [];
    expect(container?.image).toBe(`123456789012.dkr.ecr.eu-central-1.amazonaws.com/catalog@${spec.digest}`);
    expect(container?.secrets).toEqual([
      { name: 'DATABASE_URL', valueFrom: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:catalog/database' },
      { name: 'KEY', valueFrom: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:catalog/keys:signing::' },
      { name: 'FLAG', valueFrom: 'arn:aws:ssm:eu-central-1:123456789012:parameter/catalog/flag' },
    ]);
    expect(Object.fromEntries((container?.environment ?? []).map(({ name, value }) => [name, value]))).toMatchObject({ LOG_LEVEL: 'info', PORT: '8080', SLIPWAY_REVISION: spec.revision });
    expect([container?.entryPoint, container?.command]).toEqual([['node'], ['server.cjs']]);
  });

  it('leaves the command to the image where the settings say so', () => {
    const [container] = definitionOf(spec, ecsSettings({ ...settings, command: 'image' })).containerDefinitions ?? [];
    expect([container?.entryPoint, container?.command]).toEqual([undefined, undefined]);
  });

  it('refuses a secret that Secrets Manager could take for another', () => {
    expect(() => definitionOf(specOf({ ...spec, secrets: { A: { from: 'catalog-abcdef' } } }), ecsSettings(settings))).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });
});

describe('settings', () => {
  it.each([
    ['an image with a tag', { image: 'registry/catalog:latest' }, 'image'], ['an image with a digest', { image: `registry/catalog@sha256:${'a'.repeat(64)}` }, 'image'], ['no listener', { listener: undefined }, 'listener'],
    ['a rule without hosts and paths', { rule: { priority: 1 } }, 'rule'], ['a setting that nobody reads', { clster: 'x' }, 'clster'], ['a network load balancer', { listener: 'arn:aws:elasticloadbalancing:eu-central-1:1:listener/net/a/b/c' }, 'listener'],
  ])('refuses %s by its name', (_what, wrong, named) => {
    expect(() => ecsSettings({ ...settings, ...wrong })).toThrow(expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining(named) }));
  });

  it('takes an image of a registry with a port', () => {
    expect(ecsSettings({ ...settings, image: 'registry.example.com:5000/catalog' }).image).toBe('registry.example.com:5000/catalog');
  });
});

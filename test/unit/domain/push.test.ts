import { describe, expect, it } from '@jest/globals';
import { Manifest } from '../../../src/domain/manifest.ts';
import { changedByPush, onlyTopologyChanged } from '../../../src/domain/push.ts';

const manifest = (parts: Record<string, unknown> = {}) => Manifest.parse({ service: 'catalog', team: 'shop', start: ['node', 'server.js'], ...parts });

describe('changedByPush', () => {
  it.each([
    [['catalog/server.js'], {}, 'catalog/slipway.yaml', true],
    [['cart/server.js', 'README.md'], {}, 'catalog/slipway.yaml', false],
    [['catalogue/server.js'], {}, 'catalog/slipway.yaml', false],
    [['anything'], {}, 'slipway.yaml', true],
    [['lib/x.js'], { paths: ['catalog/**', 'lib/**'] }, 'catalog/slipway.yaml', true],
    [['catalog/slipway.yaml'], { paths: ['src/**'] }, 'catalog/slipway.yaml', true],
    [null, {}, 'catalog/slipway.yaml', true],
    [[], {}, 'catalog/slipway.yaml', false],
  ])('of %j with %j at %s: %s', (changed, parts, path, expected) => {
    expect(changedByPush(changed, manifest(parts), path)).toBe(expected);
  });
});

describe('onlyTopologyChanged', () => {
  it.each([
    ['only the manifest', ['catalog/slipway.yaml', 'cart/x'], {}, {}, true],
    ['code as well', ['catalog/slipway.yaml', 'catalog/x.js'], {}, {}, false],
    ['the build in the manifest', ['catalog/slipway.yaml'], { build: { command: ['make'] } }, {}, false],
    ['nothing of it', ['cart/x'], {}, {}, false],
  ])('with %s', (_what, changed, now, before, expected) => {
    expect(onlyTopologyChanged(changed, manifest(now), manifest(before), 'catalog/slipway.yaml')).toBe(expected);
  });
});

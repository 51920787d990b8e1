import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseEnvironments, parseManifest } from '../../../src/contracts/manifest-file.ts';
import { scaffoldEnvironments, scaffoldManifest } from '../../../src/contracts/manifest/scaffold.ts';

describe('what slipway init writes', () => {
  it('is a manifest that says what was asked for', () => {
    const text = scaffoldManifest({ service: 'catalog', team: 'shop', start: ['node', 'server.js'], build: ['npm', 'run', 'build'], test: ['npm', 'test'], output: 'dist', healthPath: '/health', target: 'process', schema: './schemas/slipway.schema.json' });
    const result = parseManifest(text, 'slipway.yaml');
    expect(result).toMatchObject({ ok: true, warnings: [], manifest: { service: 'catalog', start: ['node', 'server.js'], build: { command: ['npm', 'run', 'build'], test: ['npm', 'test'], output: 'dist' }, health: { path: '/health' } } });
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/schemas/);
  });

  it('still holds with every comment that is an example taken in', () => {
    const text = scaffoldManifest({ service: 'catalog', team: 'shop', start: ['x'] });
    const taken = text.replaceAll(/^# (?=build:|environments:|configuration:|secrets:| )/gm, '');
    expect(taken).not.toBe(text);
    expect(parseManifest(taken, 'f')).toMatchObject({ ok: true, warnings: [], manifest: { build: { output: 'dist' }, environments: { staging: { instances: 1 } }, secrets: { DATABASE_URL: { from: 'catalog/database' } } } });
  });

  it('keeps any team and any arguments as they are', () => {
    // U+FFFD is what bytes that are no UTF-8 are read as: a file with one is refused, whoever wrote it.
    const argument = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => !/[\p{C}\uFFFD]/u.test(text));
    fc.assert(fc.property(argument, fc.array(argument, { minLength: 1, maxLength: 4 }), (team, start) => {
      const result = parseManifest(scaffoldManifest({ service: 'catalog', team, start }), 'f');
      expect(result).toMatchObject({ ok: true, manifest: { team, start } });
    }), { examples: [['\u00A0!', ['\u00A0']], [' #', ['- ', '1.0']]] });
  });

  it('is an installation with staging before production and somebody who may approve', () => {
    expect(parseEnvironments(scaffoldEnvironments({ approver: 'anna', schema: 'x.json' }), 'f')).toMatchObject({ ok: true, warnings: [], environments: { defaults: { approvers: ['anna'] }, environments: [{ name: 'staging' }, { name: 'production', zones: ['a', 'b'] }] } });
  });
});

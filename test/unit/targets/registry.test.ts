import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { TARGET_KINDS, targetKind } from '../../../src/targets/registry.ts';

describe('the registry of targets', () => {
  it('names every folder but the template', () => {
    const folders = readdirSync(new URL('../../../src/targets', import.meta.url), { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'));
    expect([...TARGET_KINDS].sort()).toEqual(folders.map(({ name }) => name).sort());
  });

  it('refuses a kind that is not there, naming those that are', () => {
    expect(targetKind('process')).toBe('process');
    expect(() => targetKind('mainframe')).toThrow(`There is no target "mainframe" here. Use one of: ${TARGET_KINDS.join(', ')}`);
  });
});

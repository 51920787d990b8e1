import { describe, expect, it } from '@jest/globals';
import { afterLook, type SeenProgress, stuckAfterMs } from '../../../src/domain/stuck.ts';
import type { Pipeline } from '../../../src/domain/pipeline.ts';
import { manifest } from './planner/builders.ts';

const MINUTE_MS = 60_000;
const NOW = 100 * MINUTE_MS;
const seen = (parts: Partial<SeenProgress> = {}): SeenProgress => ({ progress: 'a', since: 50 * MINUTE_MS, lookedAt: NOW - MINUTE_MS, isTold: false, ...parts });
const look = (parts: Partial<Parameters<typeof afterLook>[1]> = {}) => ({ progress: 'a', isWaiting: false, limitMs: 30 * MINUTE_MS, now: NOW, ...parts });
const ANEW = { progress: 'a', since: NOW, lookedAt: NOW, isTold: false };

describe('a look at how far a pipeline is', () => {
  it.each([
    ['the first', undefined, {}, { seen: ANEW, tell: null }],
    ['moves, kept a minute ago', seen({ progress: 'z' }), {}, { seen: null, tell: null }],
    ['moves, kept five minutes ago', seen({ progress: 'z', lookedAt: NOW - 5 * MINUTE_MS }), {}, { seen: ANEW, tell: null }],
    ['moves after it was told', seen({ progress: 'z', isTold: true }), {}, { seen: ANEW, tell: 'moves' }],
    ['stands still, not for long', seen({ since: NOW - 29 * MINUTE_MS }), {}, { seen: null, tell: null }],
    ['stands still for long', seen(), {}, { seen: { ...seen(), lookedAt: NOW, isTold: true }, tell: 'stuck' }],
    ['stands still, a long step', seen(), { limitMs: 51 * MINUTE_MS }, { seen: null, tell: null }],
    ['stands still, told', seen({ isTold: true }), {}, { seen: null, tell: null }],
    ['stands still, told, kept five minutes ago', seen({ isTold: true, lookedAt: NOW - 5 * MINUTE_MS }), {}, { seen: { ...seen({ isTold: true }), lookedAt: NOW }, tell: null }],
    ['waits for somebody', seen(), { isWaiting: true }, { seen: null, tell: null }],
    ['nobody has looked for a while', seen({ lookedAt: NOW - 15 * MINUTE_MS }), {}, { seen: ANEW, tell: null }],
    ['nobody has looked for a while, told', seen({ lookedAt: NOW - 15 * MINUTE_MS, isTold: true }), {}, { seen: { ...ANEW, isTold: true }, tell: null }],
  ])('%s', (_case, before, parts, expected) => {
    expect(afterLook(before, look(parts))).toEqual(expected);
  });

  it('a build may take its own time beside the margin', () => {
    const pipeline = (digest: string | null) => ({ digest, manifest: manifest({ build: { command: ['make'], timeout: '2h' } }) }) as unknown as Pipeline;
    expect([stuckAfterMs(pipeline(null), []), stuckAfterMs(pipeline('x'), [])]).toEqual([150 * MINUTE_MS, 30 * MINUTE_MS]);
  });
});

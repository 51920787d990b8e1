import { describe, expect, it } from '@jest/globals';
import { replayDetail, replayHeading } from '../../../../src/domain/replay/telling.ts';

describe('what is told of a replay', () => {
  it('names what was left out, and why', () => {
    const heading = (leftOut: number, notAsked: number) => replayHeading({ from: 'shop.har', rate: 20, duration: 3 }, { requests: [1, 2], leftOut, notAsked });
    expect(heading(0, 0)).toBe('2 requests of shop.har at 20/s for 3 s');
    expect(heading(1, 7)).toBe('2 requests of shop.har at 20/s for 3 s; 1 with other methods left out; 7 that no server answered left out');
  });

  it.each([[0], [1]])('is what the program printed, not that it ended with %d', (code) => expect(replayDetail(`/opt/node replay.mjs ended with exit code ${code}.\nshop.har:3: no`)).toBe('shop.har:3: no'));
  it.each(['/opt/node replay.mjs ended with exit code 1.', '/opt/node replay.mjs took longer than its limit of 60 s.\n2 requests', 'GET /a: 500\nx ended with exit code 1.\ny'])('is all there is otherwise: %j', (detail) => expect(replayDetail(detail)).toBe(detail));
});

import { describe, expect, it } from '@jest/globals';
import { sharedIncident, sharedIncidentText } from '../../../../src/domain/judge/shared-incident.ts';
import { randomFrom } from '../../../../src/domain/judge/random.ts';
import { arm, hold, tick } from './builders.ts';

const BEFORE = { bad: 100, total: 100_000 };
/** Ten seconds each: of 100 requests to the candidate and 900 to the stable revision, so many fail. */
const looks = (all: readonly (readonly [number, number])[]) => all.map(([candidate, stable], index) => tick({ elapsedSeconds: 10 * (index + 1), holdSeconds: 3600, candidate: arm(100, candidate), stable: arm(900, stable) }));
const repeated = (times: number, look: readonly [number, number]) => Array.from({ length: times }, () => look);
const found = (all: readonly (readonly [number, number])[], before: typeof BEFORE | null = BEFORE, tolerated = 0) => sharedIncident(hold(looks(all)).verdict.evidence, before, 10 * all.length, tolerated);

describe('an incident of both revisions', () => {
  it('is found within a minute, and said with its counts', () => {
    const incident = found([...repeated(30, [0, 1]), ...repeated(6, [20, 180])]);
    expect(incident).toEqual({ seconds: 60, candidate: { bad: 120, total: 600 }, stable: { bad: 1080, total: 5400 }, before: BEFORE });
    expect(incident === null ? '' : sharedIncidentText(incident)).toContain('in the last 60 s 20 % (120 of 600) of the requests to the candidate and 20 % (1080 of 5400)');
  });

  it.each([
    ['only the candidate fails', [...repeated(30, [0, 1]), ...repeated(2, [20, 1])]],
    ['only the stable revision fails', [...repeated(30, [0, 1]), ...repeated(6, [0, 180])]],
    ['both fail as always', repeated(36, [1, 1])],
    ['both have failed, and do so no more', [...repeated(6, [20, 180]), ...repeated(10, [0, 1])]],
  ] as const)('is none where %s', (_case, all) => {
    expect(found(all)).toBeNull();
  });

  it('is none where nothing is known of before, where it was as bad, or where so much is tolerated', () => {
    const all = repeated(6, [20, 180]);
    expect([found(all), found(all, null), found(all, { bad: 0, total: 0 }), found(all, { bad: 10_000, total: 100_000 }), found(all, BEFORE, 0.3)].map((incident) => incident !== null)).toEqual([true, false, false, false, false]);
  });

  it('is hardly ever seen in what is chance: a service that fails 1 % of its requests, and has so before', () => {
    const random = randomFrom(7);
    const failing = (requests: number): number => Array.from({ length: requests }).filter(() => random() < 0.01).length;
    const all = looks(Array.from({ length: 360 }, () => [failing(100), failing(900)] as const));
    const { verdicts } = hold(all);
    expect(verdicts).toHaveLength(360);
    expect(verdicts.filter((verdict, index) => sharedIncident(verdict.evidence, { bad: 1000, total: 100_000 }, 10 * (index + 1), 0) !== null)).toEqual([]);
  });
});

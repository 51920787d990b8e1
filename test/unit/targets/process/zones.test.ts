import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { InstanceId } from '../../../../src/domain/ids.ts';
import { type Placed, planPlacement, spread } from '../../../../src/targets/process/zones.ts';

const placed = (instance: string, zone: string, more: Partial<Placed> = {}): Placed => ({ instance: InstanceId.parse(instance), zone, createdAt: Number(instance), failed: false, outdated: false, ...more });

const zones = fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'c', 'd'), { minLength: 1 });
const slots = fc.array(fc.record({ zone: fc.constantFrom('a', 'b', 'c', 'd', 'lost'), failed: fc.boolean(), outdated: fc.boolean() }), { maxLength: 12 })
  .map((list) => list.map(({ zone, failed, outdated }, index) => placed(String(index + 1), zone, { failed: failed || outdated, outdated })));

describe('placement', () => {
  it('fills the emptiest zone first, in the order given', () => {
    expect(spread(['a', 'b', 'c'], [placed('1', 'a')], 4)).toEqual(['b', 'c', 'a', 'b']);
    expect(spread([], [], 3)).toEqual([]);
  });

  it('lets failed ones leave first, then the youngest of the fullest zone', () => {
    const present = [placed('1', 'a'), placed('2', 'a'), placed('3', 'b'), placed('4', 'b', { failed: true })];
    expect(planPlacement(['a', 'b'], present, 2)).toEqual({ start: [], stop: ['4', '2'] });
  });

  it('keeps what serves in a lost zone until its successor is there', () => {
    const present = [placed('1', 'a'), placed('2', 'b'), placed('3', 'b', { failed: true })];
    expect(planPlacement(['a'], present, 3)).toEqual({ start: [{ zone: 'a', replaces: '2' }, { zone: 'a', replaces: null }], stop: ['3'] });
  });

  it('always ends with the count that was asked for, in zones that are there', () => {
    fc.assert(
      fc.property(zones, slots, fc.nat(15), (there, present, count) => {
        const { start, stop } = planPlacement(there, present, count);
        const handedOver = start.map(({ replaces }) => replaces).filter((id) => id !== null);
        expect(new Set([...stop, ...handedOver]).size).toBe(stop.length + handedOver.length);
        const left = present.filter(({ instance }) => !stop.includes(instance) && !handedOver.includes(instance));
        const after = [...left.map(({ zone }) => zone), ...start.map(({ zone }) => zone)];
        expect(after).toHaveLength(count);
        expect(after.every((zone) => there.includes(zone))).toBe(true);
        expect(left.some(({ outdated }) => outdated)).toBe(false);
        // Nothing starts where something that may stay is stopped.
        const healthyStopped = present.filter(({ instance, zone, failed }) => stop.includes(instance) && there.includes(zone) && !failed);
        expect(start.length === 0 || healthyStopped.length === 0).toBe(true);
      }),
    );
  });

  it('spreads evenly from nothing', () => {
    fc.assert(
      fc.property(zones, fc.nat(30), (there, count) => {
        const counts = there.map((zone) => spread(there, [], count).filter((chosen) => chosen === zone).length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('changes nothing when it is asked for again', () => {
    fc.assert(
      fc.property(zones, fc.nat(12), (there, count) => {
        const present = spread(there, [], count).map((zone, index) => placed(String(index + 1), zone));
        expect(planPlacement(there, present, count)).toEqual({ start: [], stop: [] });
      }),
    );
  });
});

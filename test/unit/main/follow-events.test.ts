/** Runs follow changes: a burst is one run, never two at once of a subscriber, and nothing that came during a run is forgotten. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Relayed } from '../../../src/app/relay.ts';
import { followEvents, type FollowedEvents } from '../../../src/main/follow-events.ts';

const TOLD: Relayed = { kind: 'told', events: 1, more: false, newestMs: 0 };

let open: FollowedEvents | undefined;
afterEach(() => open?.stop());

async function eventually(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !holds();) {
    if (Date.now() > deadline) throw new Error('it never held');
    await sleep(5);
  }
}

function follow(run: (subscriber: string) => Promise<Relayed>, subscribers = ['one']) {
  const lines: { level: string; message: string; details: unknown }[] = [];
  open = followEvents({ subscribers, run, log: (level, message, details) => void lines.push({ level, message, details }) });
  return { told: open, lines };
}

describe('what happens', () => {
  it('in a burst is one run of each subscriber', async () => {
    const runs: string[] = [];
    const { told } = follow(async (name) => { runs.push(name); return TOLD; }, ['one', 'two']);
    for (let index = 0; index < 1000; index += 1) told.happened();
    await eventually(() => runs.length >= 2);
    await sleep(250);
    expect(runs.sort()).toEqual(['one', 'two']);
  });

  it('during a run is a second one after it, and a subscriber that hangs keeps no other one waiting', async () => {
    const runs: string[] = [];
    let end = (): void => undefined;
    const hangs = new Promise<void>((resolve) => { end = resolve; });
    let [atOnce, most] = [0, 0];
    const { told } = follow(async (name) => {
      runs.push(name);
      if (name === 'two') return TOLD;
      atOnce += 1;
      most = Math.max(most, atOnce);
      if (runs.filter((one) => one === 'one').length === 1) await hangs;
      atOnce -= 1;
      return TOLD;
    }, ['one', 'two']);
    const count = (name: string) => runs.filter((one) => one === name).length;
    told.happened();
    await eventually(() => count('one') === 1 && count('two') === 1);
    told.happened();
    await eventually(() => count('two') === 2);
    expect(count('one')).toBe(1);
    end();
    await eventually(() => count('one') === 2);
    await sleep(250);
    expect([count('one'), count('two'), most]).toEqual([2, 2, 1]);
  });

  it('goes on at once while there is more', async () => {
    let runs = 0;
    const { told } = follow(async () => { runs += 1; return { ...TOLD, more: runs < 5 }; });
    told.happened();
    await eventually(() => runs === 5);
    await sleep(150);
    expect(runs).toBe(5);
  });

  it('is not told after the end', async () => {
    let runs = 0;
    const { told } = follow(async () => { runs += 1; return TOLD; });
    told.happened();
    told.stop();
    told.happened();
    await sleep(250);
    expect(runs).toBe(0);
  });
});

it('a refusal and a fault are in the log, by the subscriber, and the next change runs it again', async () => {
  let runs = 0;
  const { told, lines } = follow(async () => {
    runs += 1;
    if (runs === 2) throw new Error('the disk is full');
    return { kind: 'refused', error: 'ProviderUnavailable', reason: 'It is down.', attempts: 3, retryAt: 0 };
  });
  told.happened();
  await eventually(() => runs === 1);
  told.happened();
  await eventually(() => runs === 2 && lines.length === 2);
  expect(lines).toEqual([
    { level: 'warn', message: 'one did not take what changed: It is down.', details: { subscriber: 'one', error: 'ProviderUnavailable', attempts: 3 } },
    { level: 'warn', message: 'the relay failed and is tried again: the disk is full', details: { subscriber: 'one' } },
  ]);
});

/** With every exit event switched off, the schedule alone sees what really runs, and repairs it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endProcess, instancePids } from '../rig/ending.ts';
import { QUICK } from '../rig/example-service.ts';
import { Installation } from '../rig/installation.ts';
import { eventually } from '../rig/patience.ts';

describe('without exit events', () => {
  let at: Installation;
  beforeAll(async () => {
    at = await Installation.start({ exitEvents: false, passSeconds: 0.5 });
  }, 60_000);
  afterAll(async () => at?.close(), 60_000);

  it('the schedule repairs what a foreign hand has changed', async () => {
    await at.deployed('lonely', QUICK);
    const before = (await at.healthy('lonely', 2)).observed.instances.map(({ instance }) => instance as string);
    const pids = await instancePids(at.client.home.instances);
    for (const name of before) endProcess(pids.get(name) ?? 0, 'SIGKILL');
    // What is stored says that the old ones are healthy until the schedule has looked: whom it names counts, and not how many.
    await eventually('two others are healthy', async () => (await at.healthy('lonely', 2)).observed.instances.every(({ instance }) => !before.includes(instance)));
    const now = [...await instancePids(at.client.home.instances)].filter(([name]) => name.startsWith('lonely-1-production')).map(([, pid]) => pid);
    expect(now.filter((pid) => [...pids.values()].includes(pid))).toEqual([]);
    expect(now).toHaveLength(2);
    expect((await fetch(await at.endpoint('lonely'))).ok).toBe(true);
  }, 90_000);
});

import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentName, InstanceId, RevisionId, ServiceName } from '../../../src/domain/ids.ts';
import { followInstances } from '../../../src/main/instance-changes.ts';
import type { InstanceChange } from '../../../src/targets/process/index.ts';

const [SERVICE, ENVIRONMENT] = [ServiceName.parse('catalog'), EnvironmentName.parse('production')];
const change = (kind: InstanceChange['kind'], name = 'one'): InstanceChange => ({ kind, instance: InstanceId.parse(`catalog-1-production.${name}`), revision: RevisionId.parse('catalog-1-production'), detail: 'It ended.' });

async function eventually(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !holds();) {
    if (Date.now() > deadline) throw new Error('it never held');
    await sleep(5);
  }
}

function follow(replace: () => Promise<boolean>, look: () => Promise<void> = async () => undefined) {
  const seen = { replaced: [] as string[][], looks: 0, faults: [] as unknown[] };
  const changes = followInstances({
    replace: (_place, failed) => {
      seen.replaced.push(failed.map(({ instance }) => instance));
      return replace();
    },
    look: async () => {
      seen.looks += 1;
      await look();
    },
    fault: (fault) => seen.faults.push(fault),
  });
  return { changes, seen };
}

describe('instances that change by themselves', () => {
  it('are replaced together when they fail in a burst', async () => {
    const { changes, seen } = follow(async () => true);
    changes.changed(SERVICE, ENVIRONMENT, change('exited', 'one'));
    changes.changed(SERVICE, ENVIRONMENT, change('limit', 'two'));
    changes.changed(SERVICE, ENVIRONMENT, change('unhealthy', 'three'));
    await eventually(() => seen.replaced.length > 0);
    expect(seen.replaced).toEqual([['catalog-1-production.one', 'catalog-1-production.two', 'catalog-1-production.three']]);
    changes.stop();
  });

  it('are looked at when not all of them could be replaced, or the attempt failed', async () => {
    const waiting = follow(async () => false);
    waiting.changes.changed(SERVICE, ENVIRONMENT, change('exited'));
    await eventually(() => waiting.seen.looks === 1);
    const broken = follow(() => Promise.reject(new Error('the disk is full')));
    broken.changes.changed(SERVICE, ENVIRONMENT, change('exited'));
    await eventually(() => broken.seen.looks === 1);
    expect(broken.seen.faults).toHaveLength(1);
    waiting.changes.stop();
    broken.changes.stop();
  });

  it('are looked at when they became healthy or were given up, without being replaced', async () => {
    const { changes, seen } = follow(async () => true);
    changes.changed(SERVICE, ENVIRONMENT, change('healthy'));
    await eventually(() => seen.looks === 1);
    changes.changed(SERVICE, ENVIRONMENT, change('quarantined'));
    await eventually(() => seen.looks === 2);
    expect(seen.replaced).toEqual([]);
    changes.stop();
  });

  it('are looked at by one look at a time, and again for what came meanwhile', async () => {
    const ends: (() => void)[] = [];
    const { changes, seen } = follow(async () => true, () => new Promise((resolve) => ends.push(resolve)));
    changes.changed(SERVICE, ENVIRONMENT, change('quarantined'));
    await eventually(() => ends.length === 1);
    changes.changed(SERVICE, ENVIRONMENT, change('quarantined'));
    changes.changed(SERVICE, ENVIRONMENT, change('quarantined'));
    await sleep(50);
    expect(seen.looks).toBe(1);
    ends[0]?.();
    await eventually(() => seen.looks === 2);
    ends[1]?.();
    changes.stop();
  });
});

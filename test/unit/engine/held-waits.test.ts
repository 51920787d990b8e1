import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createEngine } from '../../../src/engine/index.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { seededIds } from '../../fakes/ids.ts';

const MACHINE = { QueryLanguage: 'JSONata', StartAt: 'Pause', States: {
  Pause: { Type: 'Wait', Seconds: 1, Next: 'Work' },
  Work: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: 'work', Payload: {} }, End: true },
} };

it('a wait that is due at the start goes on only once the others are ready', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-held-'));
  const clock = fakeClock();
  const worked: string[] = [];
  const open = (life: string) => createEngine({ clock, ids: seededIds(life), database: join(folder, 'journal.db'), machines: { one: { definition: MACHINE } }, invoke: async () => { worked.push(life); return {}; } });
  try {
    const first = open('first');
    await first.start({ machine: 'one', name: 'a', input: {} });
    await first.close();
    clock.advance(60_000);
    const second = open('second');
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    expect(worked).toEqual([]);
    await second.recover();
    for (let looks = 0; looks < 200 && (await second.describe('one', 'a'))?.status === 'RUNNING'; looks += 1) await new Promise((resolve) => { setTimeout(resolve, 20); });
    expect(worked).toEqual(['second']);
    await second.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

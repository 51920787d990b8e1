/** The order of stages is in the ASL files alone: another file, another history, and no other change. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUICK } from './rig/example-service.ts';
import { Supervised } from './rig/supervised.ts';

interface Definition { StartAt: string; States: Record<string, Record<string, unknown> & { Next?: string }> }

describe('an edited state machine', () => {
  let at: Supervised;
  beforeAll(async () => {
    at = new Supervised();
    const path = join(at.package, 'statemachines', 'rollout.asl.json');
    const definition = JSON.parse(readFileSync(path, 'utf8')) as Definition;
    definition.States['ThinkTwice'] = { Type: 'Pass', Comment: 'Put in by a test', Next: definition.StartAt };
    definition.StartAt = 'ThinkTwice';
    writeFileSync(path, JSON.stringify(definition));
    at.up();
    await at.serving();
  }, 120_000);
  afterAll(() => at?.close(), 60_000);

  it('changes the history, and only so', async () => {
    await at.deployed('edited', QUICK);
    const views = await at.client.history('edited-1');
    const rollout = views.find((view) => view.machine === 'rollout');
    const entered = rollout?.events.filter((event) => event.type.endsWith('StateEntered')).map((event) => event.state);
    expect(entered?.[0]).toBe('ThinkTwice');
    expect(entered).toContain('Advance');
    expect(views.find((view) => view.machine === 'staging')?.events.some((event) => event.state === 'ThinkTwice')).toBe(false);
  }, 90_000);
});

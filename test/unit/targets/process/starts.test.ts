import { afterEach, describe, expect, it } from '@jest/globals';
import { processRig, type Rig, specOf } from './rig.ts';

const LONG_MS = 60_000;
const STARTING = specOf({ start: ['node', '-e', 'setTimeout(() => undefined, 60_000)'] });

describe('the end of starts', () => {
  let rig: Rig;
  afterEach(() => rig.close());
  const over = ({ service, environment, revision }: ReturnType<typeof specOf>, withinMs: number) => rig.target.startsOver({ service, environment }, [revision], withinMs);

  it('is heard of when all that were launched are healthy', async () => {
    rig = await processRig();
    await rig.launch(specOf(), 3);
    await over(specOf(), LONG_MS);
    expect((await rig.instances()).map(({ health }) => health)).toEqual(['healthy', 'healthy', 'healthy']);
    // Nothing starts now, so nobody waits.
    await over(specOf(), LONG_MS);
  });

  it('is heard of when one has failed instead', async () => {
    rig = await processRig();
    await rig.launch(specOf({ start: ['node', '-e', 'process.exit(3)'] }), 1);
    await over(specOf(), LONG_MS);
    expect(await rig.instances()).toMatchObject([{ health: 'stopped', problem: expect.stringContaining('exited with code 3') }]);
  });

  it('is not waited for longer than was asked, nor for another revision, nor beyond the end of the target', async () => {
    rig = await processRig();
    await rig.launch(STARTING, 1);
    await over(STARTING, 20);
    expect(await rig.instances()).toMatchObject([{ health: 'starting' }]);
    await over(specOf({ revision: 'catalog-2-production' }), LONG_MS);
    const waiting = over(STARTING, LONG_MS);
    await rig.restart();
    await waiting;
  });
});

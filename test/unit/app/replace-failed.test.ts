import { afterEach, describe, expect, it } from '@jest/globals';
import { replaceFailed } from '../../../src/app/replace-failed.ts';
import { creating } from '../../../src/app/state/documents.ts';
import { desiredKey } from '../../../src/app/state/keys.ts';
import { DeploymentId, Identity, InstanceId, RevisionId } from '../../../src/domain/ids.ts';
import type { Desired } from '../../../src/domain/state.ts';
import { desired, STABLE } from '../domain/planner/builders.ts';
import { rig } from './rig.ts';

let open: ReturnType<typeof rig> | undefined;
afterEach(() => open?.close());

const failed = (revision: RevisionId) => ({ instance: InstanceId.parse(`${revision}.one`), revision, problem: 'It ended.' });

async function calls(want: Desired, revision = STABLE) {
  open = rig();
  await open.needs.store.transact([creating(desiredKey(want.service, want.environment), want)]);
  return replaceFailed(open.needs)({ service: want.service, environment: want.environment, instances: [failed(revision)] });
}

describe('what an exit event asks for', () => {
  it('is a relaunch of the instance, fenced by the generation that stands', async () => {
    const want = desired();
    expect(await calls(want)).toEqual([{
      function: 'slipway-target-process',
      request: { verb: 'relaunch', service: want.service, environment: want.environment, access: null, settings: {}, generation: 7, instances: [`${STABLE}.one`], specs: { [STABLE]: want.revisions[STABLE]?.spec }, zonesLost: [] },
    }]);
  });

  it('is nothing during a deployment or a pause', async () => {
    expect(await calls(desired(undefined, { deployment: DeploymentId.parse('catalog-2-production') }))).toEqual([]);
    await open?.close();
    expect(await calls(desired(undefined, { paused: { by: Identity.parse('anna'), why: 'looking', at: 0 } }))).toEqual([]);
  });

  it('is nothing for a revision that nobody asked for', async () => {
    expect(await calls(desired(), RevisionId.parse('catalog-9-production'))).toEqual([]);
  });
});

/** The lambda target holds to the contract of every target, also where each change of a function takes a while. */
import { DeleteAliasCommand } from '@aws-sdk/client-lambda';
import { RevisionId } from '../../../src/domain/ids.ts';
import { targetContract } from '../../contract/target.ts';
import { lambdaRig } from './lambda-rig.ts';

targetContract('lambda', async () => {
  const rig = await lambdaRig();
  return {
    target: rig.target,
    // A version has no process to end: somebody takes away the name of the revision in one of its functions.
    kill: async (instance) => void (await rig.hand.send(new DeleteAliasCommand({ FunctionName: `${rig.service}-production-worker`, Name: instance }))),
    spec: ({ revision, service } = {}) => {
      const name = service === undefined ? rig.service : `${rig.service}-b`;
      return rig.spec({ service: name, revision: RevisionId.parse(`${name}-${/-(\d+)-production$/.exec(revision ?? '')?.[1] ?? '1'}-production`) });
    },
    setGeneration: rig.setGeneration,
    patienceMs: 30_000,
    close: rig.close,
  };
}, { zones: false, instancesMaximum: 1 });

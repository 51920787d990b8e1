/** The `lambda` target, composed once per execution environment. */
import { tmpdir } from 'node:os';
import { lambdaCommands } from '../../../adapters/aws/calls/command-clients.ts';
import { systemClock } from '../../../adapters/local/system-clock.ts';
import type { Target } from '../../../ports/target.ts';
import { codeOf, createLambdaTarget } from '../../../targets/lambda/index.ts';
import { actingAsRole } from '../../../targets/_aws/role-needed.ts';
import type { TargetPart } from '../../platform.ts';
import { s3Artifacts } from '../parts/bucket.ts';
import { extractLater } from '../parts/extract-later.ts';
import { stateTable } from '../state-table.ts';
import { connectBy, fenceOf } from '../target-clients.ts';

let made: Target | undefined;

export const target: TargetPart = async () => {
  if (made !== undefined) return made;
  made = actingAsRole(createLambdaTarget({ lambda: connectBy('lambda', lambdaCommands), code: codeOf({ artifacts: s3Artifacts(extractLater), folder: tmpdir() }), fence: fenceOf(stateTable()), clock: systemClock }));
  return made;
};

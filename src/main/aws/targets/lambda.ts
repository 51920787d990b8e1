/** The `lambda` target, composed once per execution environment. */
import { tmpdir } from 'node:os';
import type { extractArchive } from '../../../adapters/archive-rules/extract.ts';
import { lambdaCommands } from '../../../adapters/aws/calls/command-clients.ts';
import { systemClock } from '../../../adapters/local/system-clock.ts';
import type { Target } from '../../../ports/target.ts';
import { codeOf, createLambdaTarget } from '../../../targets/lambda/index.ts';
import { actingAsRole } from '../../../targets/_aws/role-needed.ts';
import type { TargetPart } from '../../platform.ts';
import { s3Artifacts } from '../parts/bucket.ts';
import { stateTable } from '../state-table.ts';
import { connectBy, fenceOf } from '../target-clients.ts';

/** Loaded when something is unpacked: of all verbs only a launch does, and it would be a tenth of every start. */
const extract: typeof extractArchive = async (...given) => (await import('../../../adapters/archive-rules/extract.ts')).extractArchive(...given);

let made: Target | undefined;

export const target: TargetPart = async () => {
  if (made !== undefined) return made;
  made = actingAsRole(createLambdaTarget({ lambda: connectBy('lambda', lambdaCommands), code: codeOf({ artifacts: s3Artifacts(extract), folder: tmpdir() }), fence: fenceOf(stateTable()), clock: systemClock }));
  return made;
};

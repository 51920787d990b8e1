/** Where outcomes of builds and commands go in the packaged functions. */
import { createJobEvents } from '../../../adapters/aws/codebuild-jobs.ts';
import { finishBuild } from '../../../app/finish-build.ts';
import { PipelineId } from '../../../domain/ids.ts';
import { platform } from '../../aws.ts';
import type { Part } from '../../platform.ts';
import { s3Artifacts } from './bucket.ts';
import { jobNeeds } from './jobs.ts';

export const jobEvents: Part<'jobEvents'> = async () => {
  const ports = await platform.ports();
  return createJobEvents({
    ...(await jobNeeds()), artifacts: s3Artifacts(),
    onBuilt: ({ request, outcome }) => finishBuild(ports)({ pipelineId: PipelineId.parse(request.build), token: request.token, outcome }),
    onRan: (token, outcome) => ports.orchestrator.succeedTask(token, outcome),
  });
};

/** One look of the judge at a hold. */
import * as z from 'zod';
import { judge as sequential } from '#parts/judge';
import { metrics } from '#parts/metrics';
import { recordingFiles } from '#parts/recording-files';
import { judge } from '../src/app/judge.ts';
import { Batch } from '../src/contracts/events.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { StageName } from '../src/domain/manifest.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, stage: StageName, batch: Batch });
export const handler = useCaseHandler(Event, judge, { judge: sequential, metrics, recordingFiles });

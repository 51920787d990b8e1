/** Opens a stage and hands out its gates and tests. */
import * as z from 'zod';
import { openStage } from '../src/app/open-stage.ts';
import { DeploymentId } from '../src/domain/ids.ts';
import { StageName } from '../src/domain/manifest.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ deploymentId: DeploymentId, stage: StageName });
export const handler = useCaseHandler(Event, openStage);

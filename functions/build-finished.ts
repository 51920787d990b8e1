/** Takes the outcome of a build or command that has ended in CodeBuild: by its event, and every minute, as events may be lost. */
import * as z from 'zod';
import { jobEvents } from '#parts/job-events';
import { buildFinished } from '../src/app/build-finished.ts';
import { useCaseHandler } from '../src/main/handler.ts';

/** https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications-ref.html */
const StateChange = z.object({ source: z.literal('aws.codebuild'), 'detail-type': z.literal('CodeBuild Build State Change'), detail: z.object({ 'build-id': z.string().regex(/^arn:[a-z-]+:codebuild:[a-z0-9-]+:\d{12}:build\/[A-Za-z0-9_-]+:[A-Za-z0-9-]+$/) }) })
  .transform(({ detail }) => ({ run: detail['build-id'] as string | null }));
/** The schedule's event says nothing. */
const Look = z.strictObject({}).transform(() => ({ run: null as string | null }));

export const Event = z.union([StateChange, Look]);
export const handler = useCaseHandler(Event, buildFinished, { jobEvents });

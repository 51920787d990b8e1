/** The builder and the command runner on CodeBuild; docs/aws.md says what runs there. */
import type { Builder } from '../../ports/builder.ts';
import type { CommandRunner } from '../../ports/commands.ts';
import { type JobNeeds, startJob, stopJobs } from './codebuild/jobs.ts';

export { codeBuildCalls } from './codebuild/calls.ts';
export type { CodeBuildCalls, CodeBuildSettings } from './codebuild/calls.ts';
export { createJobCredentials } from './codebuild/credentials.ts';
export { createJobEvents } from './codebuild/jobs.ts';
export type { JobNeeds, OutcomeNeeds } from './codebuild/jobs.ts';

/** Outcomes come through `createJobEvents`, after the run has ended. */
export const createCodeBuildBuilder = (needs: JobNeeds): Builder => ({
  start: (request) => startJob(needs, { kind: 'build', request }),
  cancel: async (build) => (await stopJobs(needs, `build#${build}`, true)) > 0,
});

export const createCodeBuildCommands = (needs: JobNeeds): CommandRunner => ({
  start: (run, token) => startJob(needs, { kind: 'command', request: run, token }),
  cancel: (idPrefix) => stopJobs(needs, `command#${idPrefix}`, false),
});

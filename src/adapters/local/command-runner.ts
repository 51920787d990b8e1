export { createCommandRunner } from './command-runner/runner.ts';
export type { CommandRunnerOptions, LocalCommandRunner } from './command-runner/runner.ts';
export type { CommandRunnerSettings } from './command-runner/settings.ts';

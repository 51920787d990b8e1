/** The steps of a build, one after the other in the build's own folder. */
import { mkdir, realpath, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { BuildFailed } from '../../../domain/errors.ts';
import type { Digest } from '../../../domain/ids.ts';
import type { ArtifactStore } from '../../../ports/artifacts.ts';
import type { BuildRequest, BuildStep } from '../../../ports/builder.ts';
import type { CommitInfo, Sources } from '../../../ports/sources.ts';
import { packDirectory } from '../../archive-rules/pack.ts';
import { runCommand } from '../child-processes/command.ts';
import { MARKER_VARIABLE, checkoutOf } from '../child-processes/processes.ts';
import type { BuildLog } from './build-log.ts';
import type { LocalBuilderSettings } from './settings.ts';

export interface BuildContext {
  readonly sources: Pick<Sources, 'fetch' | 'checkout'>;
  readonly artifacts: Pick<ArtifactStore, 'put'>;
  readonly settings: LocalBuilderSettings;
  readonly request: BuildRequest;
  readonly workspace: string;
  readonly marker: string;
  readonly log: BuildLog;
  readonly stop: AbortSignal;
  readonly onStarted: (pid: number) => Promise<void>;
}

/** The step that failed, with its cause. */
export class StepFailed extends BuildFailed {
  readonly step: BuildStep;
  constructor(step: BuildStep, cause: unknown) {
    const reason = typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : String(cause);
    super(reason, { step }, { cause });
    this.step = step;
  }
}

/** Nothing of the control plane's own environment but what was named for builds. The commit's time makes dates in artifacts repeatable (reproducible-builds.org). */
function environmentOf({ settings, request, workspace, marker }: BuildContext, info: CommitInfo): Record<string, string> {
  return {
    ...settings.environment,
    PATH: [dirname(process.execPath), settings.path].join(delimiter),
    HOME: join(workspace, 'home'),
    TMPDIR: join(workspace, 'tmp'),
    LANG: 'C.UTF-8',
    CI: 'true',
    SOURCE_DATE_EPOCH: String(Math.floor(info.committedAt / 1000)),
    SLIPWAY_BUILD: request.build,
    SLIPWAY_SERVICE: request.service,
    SLIPWAY_COMMIT: request.commit,
    SLIPWAY_VERSION: request.version,
    [MARKER_VARIABLE]: marker,
  };
}

async function checkout({ sources, request, workspace, log }: BuildContext): Promise<CommitInfo> {
  log.note(`checkout of ${request.commit} from ${request.repository}`);
  const info = await sources.fetch(request.repository, request.commit);
  await sources.checkout(request.repository, request.commit, checkoutOf(workspace));
  return info;
}

async function command(context: BuildContext, step: 'test' | 'build', info: CommitInfo): Promise<void> {
  const { request, workspace, log } = context;
  const argv = step === 'test' ? request.recipe.test : request.recipe.command;
  if (argv === undefined) return;
  log.note(`${step}: ${argv.join(' ')}`);
  const directory = join(checkoutOf(workspace), dirname(request.manifestPath));
  const run = { workspace, onOutput: (chunk: Buffer) => log.write(chunk), marker: context.marker, stop: context.stop, onStarted: context.onStarted, graceMs: context.settings.graceMs };
  const problem = await runCommand({ ...run, command: argv, directory, environment: environmentOf(context, info) });
  if (problem !== null) throw new BuildFailed(`The ${step} command failed: ${problem}. Its log says why; correct it and push again.`);
}

/** The output folder as it really is; a build may have put a link in its place. */
async function outputOf({ request, workspace }: BuildContext): Promise<string> {
  const root = await realpath(checkoutOf(workspace));
  const output = await realpath(join(root, dirname(request.manifestPath), request.recipe.output)).catch(() => undefined);
  if (output === undefined) throw new BuildFailed(`The build made no folder ${request.recipe.output}. Correct build.output in the manifest, or the build command.`);
  if (output !== root && !output.startsWith(`${root}/`)) throw new BuildFailed(`The folder ${request.recipe.output} is a link that leads outside the checkout. Let the build make a real folder.`);
  return output;
}

async function pack(context: BuildContext): Promise<{ digest: Digest; bytes: number }> {
  const file = join(context.workspace, 'artifact.tar.gz');
  const { entries } = await packDirectory(await outputOf(context), file, context.settings.artifact);
  if (entries === 0) throw new BuildFailed(`The folder ${context.request.recipe.output} is empty after the build, so there is nothing to run. Correct build.output in the manifest, or the build command.`);
  const stored = await context.artifacts.put(file);
  context.log.note(`packed ${entries} entries, ${stored.bytes} bytes, as ${stored.digest}`);
  return stored;
}

/** @throws StepFailed; whoever aborted `stop` knows why */
export async function runSteps(context: BuildContext): Promise<{ digest: Digest; bytes: number }> {
  const step = async <T>(name: BuildStep, action: () => Promise<T>): Promise<T> => {
    try {
      context.stop.throwIfAborted();
      const result = await action();
      context.stop.throwIfAborted();
      return result;
    } catch (error) {
      throw new StepFailed(name, error);
    }
  };
  const info = await step('checkout', async () => {
    await rm(context.workspace, { recursive: true, force: true, maxRetries: 5 });
    for (const name of ['home', 'tmp']) await mkdir(join(context.workspace, name), { recursive: true, mode: 0o700 });
    return checkout(context);
  });
  await step('test', () => command(context, 'test', info));
  await step('build', () => command(context, 'build', info));
  return step('pack', () => pack(context));
}

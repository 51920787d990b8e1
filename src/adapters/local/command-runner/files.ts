/** The files a command runs on: the release's commit, or its artifact when it has none. */
import { mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { InvalidInput } from '../../../domain/errors.ts';
import type { ArtifactStore } from '../../../ports/artifacts.ts';
import type { CommandRun } from '../../../ports/commands.ts';
import type { Sources } from '../../../ports/sources.ts';
import { checkoutOf } from '../child-processes/processes.ts';
import type { CommandRunnerSettings } from './settings.ts';

export interface FileNeeds {
  readonly sources: Pick<Sources, 'checkout'>;
  readonly artifacts: Pick<ArtifactStore, 'unpack' | 'tail'>;
  readonly settings: CommandRunnerSettings;
}

const mayPass = (error: unknown): boolean => typeof error === 'object' && error !== null && 'retry' in error && error.retry === 'retryable';

async function fresh(workspace: string): Promise<string> {
  await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  for (const name of ['home', 'tmp']) await mkdir(join(workspace, name), { recursive: true, mode: 0o700 });
  return checkoutOf(workspace);
}

/** The folder as it really is: a link in its place may not lead outside. */
async function folderIn(root: string, folder: string): Promise<string> {
  const top = await realpath(root);
  const found = await realpath(join(top, folder)).catch(() => undefined);
  if (found === undefined || !(await stat(found)).isDirectory()) throw new InvalidInput(`There is no folder ${JSON.stringify(folder)} in its files. Look where the manifest lies in this commit.`, { folder });
  if (found !== top && !found.startsWith(`${top}/`)) throw new InvalidInput(`The folder ${JSON.stringify(folder)} is a link that leads outside the checkout. Put a real folder there.`, { folder });
  return found;
}

/** Of one stored file. */
const INPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Where stored files are put for a command. */
export const inputsOf = (workspace: string): string => join(workspace, 'inputs');

async function placeInputs({ artifacts }: FileNeeds, run: CommandRun, workspace: string): Promise<void> {
  if (run.inputs === undefined) return;
  await mkdir(inputsOf(workspace), { recursive: true, mode: 0o700 });
  for (const { name, digest } of run.inputs) await writeFile(join(inputsOf(workspace), name), await artifacts.tail(digest, INPUT_BYTES_MAX), { flag: 'wx', mode: 0o600 });
}

async function place(needs: FileNeeds, run: CommandRun, workspace: string): Promise<string> {
  const { sources, artifacts } = needs;
  const root = await fresh(workspace);
  await placeInputs(needs, run, workspace);
  if (run.repository !== null && run.commit !== null) {
    await sources.checkout(run.repository, run.commit, root);
    return folderIn(root, run.folder);
  }
  // An artifact is what was packed from the manifest's folder: there is no path above it.
  await artifacts.unpack(run.digest, root);
  return root;
}

/**
 * Puts the files into a new folder under `workspace`, trying again while their provider is not available.
 * @returns the folder to run in
 * @throws what `Sources.checkout` and `ArtifactStore.unpack` throw; InvalidInput when the manifest's folder is not there
 */
export async function placeFiles(needs: FileNeeds, run: CommandRun, workspace: string, stop: AbortSignal): Promise<string> {
  const { fetchTries, fetchWaitMs } = needs.settings;
  for (let tried = 1; ; tried += 1) {
    try {
      return await place(needs, run, workspace);
    } catch (error) {
      if (tried >= fetchTries || !mayPass(error) || stop.aborted) throw error;
    }
    await wait(fetchWaitMs * 2 ** (tried - 1), undefined, { signal: stop }).catch(() => undefined);
  }
}

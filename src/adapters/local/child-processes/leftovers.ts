/** What a control plane that died has left of its jobs. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { killMarked, signalGroup, startOf } from './processes.ts';
import type { Leader } from './job-records.ts';

/** Ends a job's processes and removes its folder. @returns how many processes had to be killed, without those ended by group */
export async function endLeftovers({ leader, marker }: { readonly leader: Leader | null; readonly marker: string }, workspace: string): Promise<number> {
  // Only the very process that was recorded: its number may belong to another one by now.
  if (leader !== null && (await startOf(leader.pid)) === leader.startedAt) signalGroup(leader.pid, 'SIGKILL');
  const killed = await killMarked(marker, workspace);
  await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  return killed;
}

/** Removes what is in a folder under none of the names. */
export async function removeOthers(folder: string, names: ReadonlySet<string>): Promise<void> {
  const found = await readdir(folder).catch(() => []);
  for (const name of found) if (!names.has(name)) await rm(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
}

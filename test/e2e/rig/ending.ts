/** Ending what a test has started, whatever became of it. */
import { processTable } from '../../../src/targets/process/process-table/index.ts';
import { eventually } from './patience.ts';

/** Kills every process that carries the marker of this folder of instances, and waits until none is left. */
export async function endMarked(instances: string): Promise<void> {
  await eventually('all instances of the test are gone', async () => {
    const left = await processTable().marked(instances);
    for (const { pid } of left) endProcess(pid, 'SIGKILL');
    return left.length === 0;
  });
}

/** Answers whether there was one to send the signal to. */
export function endProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}

/** Process ids of the instances, by the instance's name. */
export async function instancePids(instances: string): Promise<Map<string, number>> {
  const found = await processTable().marked(instances);
  return new Map(found.filter(({ pid, group }) => pid === group).map(({ pid, marker }) => [marker.instance, pid]));
}

export const isAlive = async (pid: number): Promise<boolean> => (await processTable().identity(pid)) !== undefined;

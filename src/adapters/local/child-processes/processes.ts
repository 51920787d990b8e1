/** The processes of a job (a build, a command), also those that left its process group: found by what they carry, ended in order. */
import { readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** The variable that marks a job's processes; children inherit it. */
export const MARKER_VARIABLE = 'SLIPWAY_BUILD_MARKER';

const PS_BYTES = 16 * 1024 * 1024;
const POLL_MS = 20;

const psLines = async (args: readonly string[]): Promise<readonly string[]> => {
  const result = await execa('ps', [...args], { extendEnv: false, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, reject: false, timeout: 5000, maxBuffer: PS_BYTES });
  return result.stdout.split('\n').map((line) => line.trim()).filter((line) => line !== '');
};

/**
 * What tells this process from a later one with the same number: its start. Undefined when it does not run.
 * Linux: field 22 of /proc/<pid>/stat, ticks since boot (proc_pid_stat(5)), with the boot's id; elsewhere: ps.
 */
export async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return (await psLines(['-o', 'lstart=', '-p', String(pid)]))[0];
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses itself: fields are counted after the last one.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return fields[0] === 'Z' || fields[19] === undefined ? undefined : `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

async function carries(pid: string, marker: string, workspace: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  if (environment.split('\0').includes(`${MARKER_VARIABLE}=${marker}`)) return true;
  const directory = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  return directory === workspace || directory.startsWith(`${workspace}/`);
}

/**
 * Processes of a job wherever they are: by the marker in their environment or, on Linux, by a working directory in the job's
 * folder. One that clears its environment and leaves the folder is not found.
 */
async function markedProcesses(marker: string, workspace: string): Promise<readonly number[]> {
  const own = process.pid;
  if (process.platform !== 'linux') {
    const lines = await psLines(['-A', '-E', '-ww', '-o', 'pid=,command=']);
    return lines.filter((line) => line.includes(`${MARKER_VARIABLE}=${marker}`)).map((line) => Number.parseInt(line, 10)).filter((pid) => pid > 1 && pid !== own);
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) > 1 && Number(name) !== own);
  const found = await Promise.all(pids.map((pid) => carries(pid, marker, workspace)));
  return pids.filter((_pid, index) => found[index]).map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone meanwhile (ESRCH), or no longer ours (EPERM): the count afterwards decides.
  }
}

/** Signals a process group by its leader's number. Only for a leader that is ours: its number is kept while the group has members. */
export function signalGroup(leader: number, name: NodeJS.Signals): void {
  signal(-leader, name);
}

/** Whether the group has any process left. */
export function groupLives(leader: number): boolean {
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}

/** Kills all that carry the marker until none is left, since a process may fork between the look and the signal. @returns how many */
export async function killMarked(marker: string, workspace: string, deadlineMs = 5000): Promise<number> {
  const killed = new Set<number>();
  const end = performance.now() + deadlineMs;
  for (;;) {
    const left = await markedProcesses(marker, workspace);
    if (left.length === 0 || performance.now() > end) return killed.size;
    for (const pid of left) {
      killed.add(pid);
      signal(pid, 'SIGKILL');
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export const checkoutOf = (workspace: string): string => join(workspace, 'checkout');

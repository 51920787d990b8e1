/** Whose child a process is, and what group it leads: /proc on Linux, where `ps` need not be installed. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const parentOf = (pid: number): number => numbersOf(pid)[0] ?? 0;
export const groupOf = (pid: number): number => numbersOf(pid)[1] ?? 0;

function numbersOf(pid: number): number[] {
  if (process.platform !== 'linux') return execFileSync('ps', ['-o', 'ppid=,pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim().split(/\s+/).map(Number);
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The command in parentheses may itself hold parentheses; the state is the field after it.
  return text.slice(text.lastIndexOf(')') + 2).split(' ').slice(1, 3).map(Number);
}

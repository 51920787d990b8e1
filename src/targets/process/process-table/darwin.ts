/** macOS: ps(1), whose -E shows the variables of one's own processes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { MarkedProcess, ProcessTable, Usage } from './index.ts';
import { markerOf } from './marker.ts';

const run = promisify(execFile);
const PS_BYTES_MAX = 64 * 1024 * 1024;
/** `Thu Mar  5 10:20:30 2026`, with the C locale. */
const START = String.raw`\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}`;

/** ps ends with 1 when no process matches, which is an answer too. */
async function ps(args: readonly string[]): Promise<string> {
  try {
    return (await run('/bin/ps', [...args], { env: { LC_ALL: 'C' }, maxBuffer: PS_BYTES_MAX })).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 1) return '';
    throw error;
  }
}

/** From `stat= lstart=`; undefined for a process that only waits to be collected. */
export function parseIdentity(text: string): string | undefined {
  const match = new RegExp(String.raw`^\s*(\S+)\s+(${START})`).exec(text);
  return match === null || match[1]?.startsWith('Z') ? undefined : match[2];
}

/** From lines of `pid= pgid= stat= lstart= command=` with -E: the variables follow the command, with spaces between. */
export function parseMarked(text: string, directory: string): readonly MarkedProcess[] {
  const line = new RegExp(String.raw`^\s*(\d+)\s+(\d+)\s+([^Z\s]\S*)\s+(${START})\s(.*)$`);
  return text.split('\n').flatMap((row): MarkedProcess[] => {
    const [, pid, group, , identity, command] = line.exec(row) ?? [];
    if (command === undefined || identity === undefined || !`${command} `.includes(` SLIPWAY_DIRECTORY=${directory} `)) return [];
    const marker = markerOf((name) => new RegExp(String.raw` ${name}=(\S+)`).exec(command)?.[1]);
    return marker === undefined ? [] : [{ pid: Number(pid), group: Number(group), identity, marker }];
  });
}

/** Seconds in `[[dd-]hh:]mm:ss.cc`. */
export function parseCpuTime(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse();
  return clock.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0) + Number(days) * 86_400;
}

/** From lines of `pgid= rss= time=`. */
export function parseUsage(text: string): ReadonlyMap<number, Usage> {
  const sums = new Map<number, Usage>();
  for (const row of text.split('\n')) {
    const [group, kilobytes, time] = row.trim().split(/\s+/);
    if (group === undefined || kilobytes === undefined || time === undefined) continue;
    const sum = sums.get(Number(group)) ?? { memoryBytes: 0, cpuSeconds: 0 };
    sums.set(Number(group), { memoryBytes: sum.memoryBytes + Number(kilobytes) * 1024, cpuSeconds: sum.cpuSeconds + parseCpuTime(time) });
  }
  return sums;
}

export function darwinTable(): ProcessTable {
  return {
    identity: async (pid) => parseIdentity(await ps(['-o', 'stat=,lstart=', '-p', String(pid)])),
    marked: async (directory) => parseMarked(await ps(['-axwwE', '-o', 'pid=,pgid=,stat=,lstart=,command=']), directory),
    usage: async () => parseUsage(await ps(['-ax', '-o', 'pgid=,rss=,time='])),
    listens: async () => undefined,
    ports: async () => [],
  };
}

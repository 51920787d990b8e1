/** Linux: /proc, see proc_pid_stat(5), proc_pid_environ(5). Reads are synchronous: these files are memory, and a thread costs more. */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import type { MarkedProcess, ProcessTable, Usage } from './index.ts';
import { markerOf } from './marker.ts';

/** USER_HZ, which is 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;
/** So many processes are read before others get a turn. */
const BATCH = 64;
const LISTEN = '0A';
/** A line of /proc/net/tcp; the kernel makes no more lines than a read wants. */
const SOCKET_LINE_BYTES = 150;

export interface Stat {
  readonly state: string;
  readonly group: number;
  readonly session: number;
  readonly cpuTicks: number;
  readonly start: string;
  readonly residentPages: number;
}

/** Fields of /proc/pid/stat; the command in parentheses may itself hold parentheses and spaces. */
export function parseStat(text: string): Stat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number) => Number(fields[index] ?? 0);
  // Time of children that were waited for counts too, or a group that forks for each request would look idle.
  const cpuTicks = number(11) + number(12) + number(13) + number(14);
  return { state: fields[0] ?? '', group: number(2), session: number(3), cpuTicks, start: fields[19] ?? '', residentPages: number(21) };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Ended between two looks, or another user's.
    return undefined;
  }
}

const statOf = (pid: number): Stat | undefined => {
  const text = readText(`/proc/${pid}/stat`);
  const stat = text === undefined ? undefined : parseStat(text);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat;
};

const yieldTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));

async function* livingPids(): AsyncGenerator<number> {
  let read = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^[1-9]\d*$/.test(name)) continue;
    if (++read % BATCH === 0) await yieldTurn();
    yield Number(name);
  }
}

/** Bytes in a page, from the two places that give this process's size, in pages and in kilobytes. */
function pageBytes(): number {
  const pages = Number((readText('/proc/self/statm') ?? '').split(' ')[0]);
  const kilobytes = Number(/^VmSize:\s+(\d+) kB/m.exec(readText('/proc/self/status') ?? '')?.[1]);
  const bytes = 2 ** Math.round(Math.log2((kilobytes * 1024) / pages));
  return Number.isFinite(bytes) ? bytes : 4096;
}

async function marked(directory: string, identify: (stat: Stat) => string): Promise<readonly MarkedProcess[]> {
  const found: MarkedProcess[] = [];
  const needle = Buffer.from(`SLIPWAY_DIRECTORY=${directory}\0`).toString('latin1');
  for await (const pid of livingPids()) {
    const variables = readText(`/proc/${pid}/environ`);
    if (variables === undefined || !variables.includes(needle)) continue;
    const stat = statOf(pid);
    const list = variables.split('\0');
    const marker = markerOf((name) => list.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1));
    if (stat !== undefined && marker !== undefined) found.push({ pid, group: stat.session, identity: identify(stat), marker });
  }
  return found;
}

async function usage(bytesInPage: number): Promise<ReadonlyMap<number, Usage>> {
  const sums = new Map<number, Usage>();
  for await (const pid of livingPids()) {
    const stat = statOf(pid);
    if (stat === undefined) continue;
    const sum = sums.get(stat.session) ?? { memoryBytes: 0, cpuSeconds: 0 };
    sums.set(stat.session, { memoryBytes: sum.memoryBytes + stat.residentPages * bytesInPage, cpuSeconds: sum.cpuSeconds + stat.cpuTicks / TICKS_PER_SECOND });
  }
  return sums;
}

/**
 * Lines of a socket table up to the first that does not listen. The kernel writes those that listen first, and makes lines only as they
 * are read (https://docs.kernel.org/networking/proc_net_tcp.html). Behind them stand thousands of connections that have ended, and the
 * search for these alone takes milliseconds: whoever has found what he wants must not read on.
 */
function* listeningLines(table: string): Generator<string> {
  let file: number;
  try {
    file = openSync(table, 'r');
  } catch {
    // Without IPv6 its table is not there.
    return;
  }
  try {
    const part = Buffer.allocUnsafe(SOCKET_LINE_BYTES);
    let text = '';
    let heading = true;
    for (let bytes = readSync(file, part); bytes > 0; bytes = readSync(file, part)) {
      const lines = (text + part.toString('latin1', 0, bytes)).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (!heading && fieldsOf(line)[3] !== LISTEN) return;
        if (!heading) yield line;
        heading = false;
      }
    }
  } finally {
    closeSync(file);
  }
}

const fieldsOf = (line: string): string[] => line.trim().split(/\s+/);

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

/** The sockets that listen on a port, as their links in /proc/pid/fd read. */
function* listeningSockets(port: number): Generator<string> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of TABLES) {
    for (const line of listeningLines(table)) {
      const fields = fieldsOf(line);
      if (fields[1]?.endsWith(wanted) === true) yield `socket:[${fields[9]}]`;
    }
  }
}

/** What a process's open files are; undefined when that may not be read. */
function openFiles(pid: number): ReadonlySet<string> | undefined {
  const links = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      try {
        links.add(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        // Closed between the two looks.
      }
    }
  } catch {
    return undefined;
  }
  return links;
}

async function listens(group: number, port: number): Promise<boolean | undefined> {
  const own = openFiles(group);
  const sockets: string[] = [];
  for (const socket of listeningSockets(port)) {
    if (own?.has(socket) === true) return true;
    sockets.push(socket);
  }
  if (sockets.length === 0 || own === undefined) return undefined;
  for await (const pid of livingPids()) {
    if (statOf(pid)?.session !== group) continue;
    const files = openFiles(pid);
    if (sockets.some((socket) => files?.has(socket) === true)) return true;
  }
  return false;
}

async function ports(group: number): Promise<readonly number[]> {
  const listening = new Map<string, number>();
  for (const table of TABLES) {
    for (const line of listeningLines(table)) {
      const fields = fieldsOf(line);
      listening.set(`socket:[${fields[9]}]`, Number.parseInt(fields[1]?.split(':').at(-1) ?? '', 16));
    }
  }
  const found = new Set<number>();
  for await (const pid of livingPids()) {
    if (statOf(pid)?.session !== group) continue;
    for (const file of openFiles(pid) ?? []) {
      const port = listening.get(file);
      if (port !== undefined) found.add(port);
    }
  }
  return [...found].sort((one, other) => one - other);
}

export function linuxTable(): ProcessTable {
  // Start times count from the boot, so they mean something only together with it.
  const boot = readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  const bytesInPage = pageBytes();
  const identify = (stat: Stat) => `${boot}/${stat.start}`;
  return {
    identity: async (pid) => {
      const stat = statOf(pid);
      return stat === undefined ? undefined : identify(stat);
    },
    marked: (directory) => marked(directory, identify),
    usage: () => usage(bytesInPage),
    listens,
    ports,
  };
}

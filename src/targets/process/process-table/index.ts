/** What the operating system knows of processes. Linux reads /proc, macOS asks ps. */
import { NotSupported } from '../../../domain/errors.ts';
import { darwinTable } from './darwin.ts';
import { linuxTable } from './linux.ts';

/** The variables that every instance, and all it starts, carry. */
export interface Marker {
  readonly instance: string;
  readonly revision: string;
  readonly service: string;
  readonly environment: string;
  readonly zone: string;
  /** What PORT says; undefined when it says nothing usable. */
  readonly port: number | undefined;
}

export interface MarkedProcess {
  readonly pid: number;
  readonly group: number;
  readonly identity: string;
  readonly marker: Marker;
}

export interface Usage {
  readonly memoryBytes: number;
  /** Processor time since the group's processes began, seconds. */
  readonly cpuSeconds: number;
}

export interface ProcessTable {
  /** What tells this process from a later one with the same number; undefined when it has ended, waited for or not. */
  identity(pid: number): Promise<string | undefined>;
  /** Living processes that carry SLIPWAY_DIRECTORY=`directory`. */
  marked(directory: string): Promise<readonly MarkedProcess[]>;
  /** Use of each process group (Linux: session, which a process in it cannot leave by making a group of its own). */
  usage(): Promise<ReadonlyMap<number, Usage>>;
  /** Whether a process of this group listens on the port; undefined where that cannot be told. */
  listens(group: number, port: number): Promise<boolean | undefined>;
  /** The ports on which processes of this group listen, ascending; none where that cannot be told. */
  ports(group: number): Promise<readonly number[]>;
}

/** @throws NotSupported on other systems than Linux and macOS */
export function processTable(platform: string = process.platform): ProcessTable {
  if (platform === 'linux') return linuxTable();
  if (platform === 'darwin') return darwinTable();
  throw new NotSupported(`The process target runs on Linux and macOS, this machine is "${platform}". Use another target here.`);
}

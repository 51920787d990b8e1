/** Limits by the kernel, where a cgroup v2 with the memory and cpu controllers may be written. https://docs.kernel.org/admin-guide/cgroup-v2.html */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RevisionSpec } from '../../domain/revision.ts';

const CPU_PERIOD_MICROSECONDS = 100_000;
/** The kernel's smallest quota. */
const CPU_QUOTA_MIN_MICROSECONDS = 1000;

export interface Cgroups {
  /** Moves a process into a group of its own with these limits. False when that failed; the supervisor measures then. */
  place(instance: string, pid: number, resources: RevisionSpec['resources']): boolean;
  holds(instance: string): boolean;
  /** How often the kernel has killed in this group for want of memory. */
  memoryKills(instance: string): number;
  remove(instance: string): void;
}

/** The folder of this process's cgroup v2; undefined when none is mounted. */
export function ownCgroup(mounts = readFileSync('/proc/self/mountinfo', 'utf8'), own = readFileSync('/proc/self/cgroup', 'utf8')): string | undefined {
  const mount = mounts.split('\n').map((line) => line.split(' ')).find((fields) => fields[fields.indexOf('-') + 1] === 'cgroup2')?.[4];
  const path = /^0::(\/.*)$/m.exec(own)?.[1];
  return mount === undefined || path === undefined ? undefined : join(mount, path);
}

function enable(directory: string): void {
  const there = readFileSync(join(directory, 'cgroup.controllers'), 'utf8').trim().split(' ');
  const missing = ['memory', 'cpu'].filter((controller) => !there.includes(controller));
  if (missing.length > 0) throw new Error(`${directory} has no ${missing.join(' and ')} controller`);
  writeFileSync(join(directory, 'cgroup.subtree_control'), '+memory +cpu');
}

function limit(group: string, resources: RevisionSpec['resources']): void {
  writeFileSync(join(group, 'memory.max'), String(resources.memory));
  writeFileSync(join(group, 'cpu.max'), `${Math.max(CPU_QUOTA_MIN_MICROSECONDS, Math.round(resources.cpu * CPU_PERIOD_MICROSECONDS))} ${CPU_PERIOD_MICROSECONDS}`);
  // Absent where the kernel has no swap accounting: then there is no limit to set.
  if (existsSync(join(group, 'memory.swap.max'))) writeFileSync(join(group, 'memory.swap.max'), '0');
}

const removeGroup = (group: string): void => {
  try {
    rmdirSync(group);
  } catch {
    // Still has a process that is on its way out; an empty group costs nothing and is used again by name or left.
  }
};

/** By trying: makes `<parent>/<name>` and a group with limits in it. Answers why not, in words that go after "because". */
export function openCgroups(parent: string, name: string): Cgroups | { readonly unavailable: string } {
  const root = join(parent, name);
  try {
    enable(parent);
    mkdirSync(root, { recursive: true });
    enable(root);
    const trial = join(root, 'trial');
    mkdirSync(trial, { recursive: true });
    limit(trial, { memory: 64 * 1024 * 1024, cpu: 1 });
    removeGroup(trial);
  } catch (error) {
    removeGroup(root);
    return { unavailable: error instanceof Error ? error.message : String(error) };
  }
  const of = (instance: string) => join(root, instance);
  return {
    place: (instance, pid, resources) => {
      try {
        mkdirSync(of(instance), { recursive: true });
        limit(of(instance), resources);
        writeFileSync(join(of(instance), 'cgroup.procs'), String(pid));
        return true;
      } catch {
        removeGroup(of(instance));
        return false;
      }
    },
    holds: (instance) => existsSync(of(instance)),
    memoryKills: (instance) => {
      try {
        return Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(of(instance), 'memory.events'), 'utf8'))?.[1] ?? 0);
      } catch {
        return 0;
      }
    },
    remove: (instance) => removeGroup(of(instance)),
  };
}

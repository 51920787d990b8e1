/** Limits where the kernel does not hold them: the supervisor measures, and ends what is over. Log sizes are kept here too. */
import type { Instance } from './fleet.ts';
import { processOf } from './fleet.ts';
import { rotate } from './logs.ts';
import type { Usage } from './process-table/index.ts';
import type { Runtime } from './runtime.ts';
import { signalGroup } from './stop.ts';

/** Short bursts over the limit are allowed; on average over the window not more than this many times it. */
const CPU_TOLERANCE = 1.2;

interface Sample {
  readonly atMs: number;
  readonly cpuSeconds: number;
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;

/** Cores used on average over the window, once there are samples for all of it. Drops what is older. */
export function averageCores(samples: Sample[], windowMs: number): number | undefined {
  const last = samples.at(-1);
  if (last === undefined) return undefined;
  while ((samples[1]?.atMs ?? Number.POSITIVE_INFINITY) <= last.atMs - windowMs) samples.shift();
  const first = samples[0];
  if (first === undefined || last.atMs - first.atMs < windowMs) return undefined;
  return (last.cpuSeconds - first.cpuSeconds) / ((last.atMs - first.atMs) / 1000);
}

function overLimit(instance: Instance, used: Usage, samples: Sample[], windowMs: number): string | undefined {
  const { memory, cpu } = instance.record.spec.resources;
  if (used.memoryBytes > memory) return `It was ended: it used ${mebibytes(used.memoryBytes)} of memory and may use ${mebibytes(memory)}. Raise resources.memory, or find the leak.`;
  const cores = averageCores(samples, windowMs);
  if (cores === undefined || cores <= cpu * CPU_TOLERANCE) return undefined;
  return `It was ended: it used ${cores.toFixed(1)} processor cores for ${windowMs / 1000} s and may use ${cpu}. Raise resources.cpu, or find what spins.`;
}

/** Measures once. `history` holds the processor samples of each instance between calls. */
export async function enforce(rt: Runtime, history: Map<Instance, Sample[]>): Promise<void> {
  const measured = rt.fleet.all().filter((instance) => processOf(instance) !== undefined && rt.cgroups?.holds(instance.id) !== true);
  for (const instance of history.keys()) if (!measured.includes(instance)) history.delete(instance);
  if (measured.length === 0) return;
  const usage = await rt.table.usage();
  const atMs = performance.now();
  for (const instance of measured) {
    const process = processOf(instance);
    const used = process === undefined ? undefined : usage.get(process.pid);
    if (process === undefined || used === undefined) continue;
    const samples = history.get(instance) ?? [];
    samples.push({ atMs, cpuSeconds: used.cpuSeconds });
    history.set(instance, samples);
    const why = overLimit(instance, used, samples, rt.settings.cpuWindowMs);
    if (why === undefined) continue;
    instance.sentence ??= { kind: 'limit', why };
    await signalGroup(rt, process, 'SIGKILL');
  }
}

/** Measures every `sampleMs` until the returned function is called; a look that takes long is not overtaken by the next. */
export function supervise(rt: Runtime): () => void {
  const history = new Map<Instance, Sample[]>();
  let busy = false;
  const look = async () => {
    if (busy) return;
    busy = true;
    try {
      for (const { directory } of rt.fleet.all()) rotate(directory, rt.settings.logBytesMax, rt.settings.logFilesKept);
      await enforce(rt, history);
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => rt.background(look()), rt.settings.sampleMs).unref();
  return () => clearInterval(timer);
}

/** What is in force here, for `describe`. */
export function limitsInForce(rt: Pick<Runtime, 'settings'>, cgroup: { readonly unavailable: string } | undefined): Readonly<Record<string, string>> {
  const { settings } = rt;
  const log = `rotated over ${mebibytes(settings.logBytesMax)}, ${settings.logFilesKept} older files kept`;
  if (cgroup === undefined) return { memory: 'by the kernel: cgroup v2 memory.max, no swap', cpu: 'by the kernel: cgroup v2 cpu.max', log };
  const every = `every ${settings.sampleMs / 1000} s`;
  return {
    memory: `measured ${every} over the process group (resident memory) and ended when over`,
    cpu: `measured ${every} and ended after ${settings.cpuWindowMs / 1000} s at more than ${CPU_TOLERANCE} times the limit`,
    log,
    why: `the kernel does not hold them, because ${cgroup.unavailable}`,
  };
}

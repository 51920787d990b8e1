/** The sizes that tasks on Fargate come in; https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */

export interface TaskSize {
  /** 1024 is one core. */
  readonly cpuUnits: number;
  readonly memoryMiB: number;
}

const range = (from: number, to: number, step: number): number[] => Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
const SIZES: readonly (readonly [cpuUnits: number, memoryMiB: readonly number[]])[] = [
  [256, [512, 1024, 2048]],
  [512, range(1024, 4096, 1024)],
  [1024, range(2048, 8192, 1024)],
  [2048, range(4096, 16_384, 1024)],
  [4096, range(8192, 30_720, 1024)],
  [8192, range(16_384, 61_440, 4096)],
  [16_384, range(32_768, 122_880, 8192)],
];

/** As asked for, rounded up to whole units. */
export const exactSize = ({ cpu, memory }: { cpu: number; memory: number }): TaskSize => ({ cpuUnits: Math.ceil(cpu * 1024), memoryMiB: Math.ceil(memory / 1_048_576) });

/** The smallest size that holds what is asked for: Fargate has no others. Undefined when none does. */
export function fargateSize(resources: { cpu: number; memory: number }): TaskSize | undefined {
  const wanted = exactSize(resources);
  for (const [cpuUnits, memories] of SIZES) {
    const memoryMiB = memories.find((memory) => memory >= wanted.memoryMiB);
    if (cpuUnits >= wanted.cpuUnits && memoryMiB !== undefined) return { cpuUnits, memoryMiB };
  }
  return undefined;
}

/** The programs that some rows start and npm does not bring. */
import { spawnSync } from 'node:child_process';

/** What Debian calls the package that has it. */
const PACKAGES = { nginx: 'nginx-light', wrk: 'wrk' } as const;
export type Program = keyof typeof PACKAGES;

const isHere = (program: Program): boolean => spawnSync(program, ['-v'], { stdio: 'ignore' }).error === undefined;

/** @returns what is missing and how it comes here, in a sentence; null when all of it can be started */
export function missing(programs: readonly Program[]): string | null {
  const absent = programs.filter((program) => !isHere(program));
  if (absent.length === 0) return null;
  return `${absent.join(' and ')} cannot be found on this machine's PATH. On Debian: apt-get install ${absent.map((program) => PACKAGES[program]).join(' ')}`;
}

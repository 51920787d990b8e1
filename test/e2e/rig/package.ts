/** Slipway as it is installed, in a folder of the test's own: bundled programs, state machines, package.json. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Built by the very script that makes the shipped one; a test may change its state machines without touching the repository's. */
export function installPackage(folder: string): string {
  const root = join(folder, 'package');
  mkdirSync(root);
  for (const name of ['src', 'functions', 'node_modules', 'scripts']) symlinkSync(join(REPOSITORY, name), join(root, name));
  copyFileSync(join(REPOSITORY, 'package.json'), join(root, 'package.json'));
  cpSync(join(REPOSITORY, 'statemachines'), join(root, 'statemachines'), { recursive: true });
  execFileSync(process.execPath, [join(REPOSITORY, 'scripts', 'build.ts')], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return root;
}

/** Bundles a program of a test beside them. Run as a process: esbuild's own API does not work inside jest's realm. */
export function bundleInto(root: string, program: string, name: string): string {
  const out = join(root, 'dist', `${name}.mjs`);
  execFileSync(join(REPOSITORY, 'node_modules', '.bin', 'esbuild'), [
    program, `--outfile=${out}`, '--bundle', '--keep-names', '--platform=node', '--target=node24', '--format=esm', '--conditions=slipway-local',
    '--main-fields=module,main', '--log-level=warning', "--banner:js=import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  ], { cwd: REPOSITORY, stdio: ['ignore', 'ignore', 'inherit'] });
  return out;
}

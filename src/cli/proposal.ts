/** What a folder's files tell about the service in it, for `slipway init`. */
import { basename, join } from 'node:path';
import * as z from 'zod';
import type { Files } from './needs.ts';

const PackageFile = z.object({ name: z.string().optional(), scripts: z.record(z.string(), z.string()).optional(), main: z.string().optional() });
const PACKAGE_BYTES_MAX = 1024 * 1024;

export interface Proposal {
  readonly service: string;
  readonly team: string;
  readonly start: readonly string[];
  readonly build: readonly string[] | undefined;
  readonly test: readonly string[] | undefined;
}

export async function proposal(files: Files, directory: string): Promise<Proposal> {
  const found = await packageFile(files, directory);
  const scripts = found?.scripts ?? {};
  return {
    service: nameFrom(found?.name ?? basename(directory)),
    team: 'team',
    start: await startOf(files, directory, found),
    build: scripts.build === undefined ? undefined : ['npm', 'run', 'build'],
    // What "npm init" writes fails on purpose.
    test: scripts.test === undefined || scripts.test.includes('no test specified') ? undefined : ['npm', 'test'],
  };
}

async function packageFile(files: Files, directory: string): Promise<z.infer<typeof PackageFile> | undefined> {
  const text = await files.read(join(directory, 'package.json'), PACKAGE_BYTES_MAX).catch(() => null);
  if (text === null) return undefined;
  try {
    return PackageFile.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const PYTHON_FILES = ['server.py', 'app.py', 'main.py'] as const;

async function startOf(files: Files, directory: string, found: z.infer<typeof PackageFile> | undefined): Promise<readonly string[]> {
  const script = found?.scripts?.start;
  // Without a shell between them the service itself gets SIGTERM.
  if (script !== undefined) return /^node [\w./-]+(?: [\w./=:-]+)*$/.test(script) ? script.split(' ') : ['npm', 'start'];
  if (found !== undefined) return ['node', found.main ?? 'server.js'];
  for (const name of PYTHON_FILES) if (await files.exists(join(directory, name))) return ['python3', name];
  return ['node', 'server.js'];
}

/** Letters, digits and hyphens of a name, as a service's name allows; the scope of a package goes. */
function nameFrom(text: string): string {
  const name = text.toLowerCase().replace(/^@[^/]*\//, '').replaceAll(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+/, '').slice(0, 32).replace(/-+$/, '');
  return name.length >= 2 ? name : 'service';
}

/** The packaged functions, as `serverless package` left them: unpacked into a folder that goes with the bench. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGES = join(import.meta.dirname, '../../../.serverless');

export interface Packaged {
  /** As in serverless.yml. */
  readonly name: string;
  /** The bundle. */
  readonly file: string;
  readonly bytes: number;
}

/** @throws Error where nothing was packaged */
export async function withPackaged<T>(work: (functions: readonly Packaged[], folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-bundles-'));
  try {
    return await work(unpackedInto(folder), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unpackedInto(folder: string): Packaged[] {
  const zips = readdirSync(PACKAGES).filter((name) => name.endsWith('.zip'));
  if (zips.length === 0) throw new Error('There is nothing in .serverless. Run: npx serverless package');
  return zips.map((zip) => {
    const name = zip.slice(0, -'.zip'.length);
    const target = join(folder, name);
    const { status, stderr } = spawnSync('unzip', ['-qo', join(PACKAGES, zip), '-d', target], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`unzip ${zip}: ${stderr}`);
    const [file] = readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.cjs'));
    if (file === undefined) throw new Error(`${zip} holds no bundle`);
    return { name, file: join(target, file), bytes: statSync(join(target, file)).size };
  });
}

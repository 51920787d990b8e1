/** The foreign hand of the contract's checks: deletes a release's page behind the target's back. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = process.env.SITES_ROOT ?? '/tmp/sites';

export async function kill(instance) {
  for (const site of await readdir(ROOT)) await rm(join(ROOT, site, 'releases', instance, 'index.html'), { force: true });
}

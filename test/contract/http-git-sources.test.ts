import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeThrough } from '../../src/adapters/aws/http-git/checkout.ts';
import { createHttpGitSources } from '../../src/adapters/aws/http-git-sources.ts';
import { startGitHost } from '../unit/adapters/aws/http-git/git-host.ts';
import { gitRepository } from '../unit/adapters/local/git-repository.ts';
import { sourcesContract } from './sources.ts';

const open = (partial: boolean) => async () => {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-http-git-'));
  const origin = gitRepository(join(directory, 'origin'));
  const host = await startGitHost(directory, { partial });
  return {
    sources: createHttpGitSources({ place: placeThrough(directory), settings: { schemes: ['https', 'ssh', 'http', 'file', 'path'] } }),
    origin,
    address: `${host.address}/origin`,
    close: async () => {
      await host.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

sourcesContract('HTTP, a host that can leave files out', open(true));
sourcesContract('HTTP, a host that cannot', open(false));

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGitSources } from '../../src/adapters/local/git-sources.ts';
import { gitRepository } from '../unit/adapters/local/git-repository.ts';
import { sourcesContract } from './sources.ts';

const open = (address: (path: string) => string) => () => {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-git-'));
  const origin = gitRepository(join(directory, 'origin'));
  return {
    sources: createGitSources({ directory: join(directory, 'mirrors'), settings: { schemes: ['https', 'ssh', 'file', 'path'] } }),
    origin,
    address: address(origin.path),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
};

sourcesContract('git by path', open((path) => path));
sourcesContract('git by file://', open((path) => `file://${path}`));

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifactFolder } from '../../src/adapters/local/artifact-folder.ts';
import { artifactStoreContract } from './artifact-store.ts';

artifactStoreContract('a folder', () => {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-store-'));
  return {
    store: createArtifactFolder({ directory }),
    damage: (digest) => {
      const path = join(directory, 'sha256', digest.slice(7, 9), digest.slice(7));
      const bytes = readFileSync(path);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      chmodSync(path, 0o600);
      writeFileSync(path, bytes);
    },
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
});

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSecretFolder } from '../../src/adapters/local/secret-folder.ts';
import { secretsContract } from './secrets.ts';

secretsContract('a folder', () => {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-secrets-'));
  return {
    secrets: createSecretFolder({ directory }), references: ['plain', 'team/catalog/db'],
    put: (reference, value) => {
      mkdirSync(dirname(join(directory, reference)), { recursive: true });
      writeFileSync(join(directory, reference), value, { mode: 0o600 });
    },
  };
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

describe('npm run test:aws', () => {
  it('says what is missing where there is no Python, and fails', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../../scripts/test-aws.ts')], { encoding: 'utf8', env: { PATH: '/nonexistent' } });
    expect(stderr).toContain('needs Python 3.11 or newer, and there is none here');
    expect(status).toBe(1);
  });
});

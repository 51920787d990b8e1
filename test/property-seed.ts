/**
 * In CI the properties' cases are chosen by the tree that is tested: a run says something of the commit, and the same commit gives the same
 * cases on every machine. Each commit has others, and elsewhere every run has.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/** Null without a repository, such as an unpacked archive: then chance chooses. */
function treeSeed(): number | null {
  try {
    return Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD^{tree}'], { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).slice(0, 7), 16);
  } catch {
    return null;
  }
}

// Only where it is used: loading it into each of hundreds of suites takes longer than many of them.
if (process.env['CI'] === 'true' && readFileSync(expect.getState().testPath ?? '', 'utf8').includes('fast-check')) {
  const seed = treeSeed();
  const { configureGlobal, readConfigureGlobal } = await import('fast-check');
  if (seed !== null) configureGlobal({ ...readConfigureGlobal(), seed });
}

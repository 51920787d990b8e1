/** A team's git repository: a checkout to commit in, and a bare one that pushes go to. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Pushed {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

export interface Repository {
  /** What services are registered by. */
  readonly url: string;
  write(files: Readonly<Record<string, string>>): void;
  remove(path: string): void;
  /** Commits whatever changed and pushes it with real git. */
  push(message: string, branch?: string): Pushed;
  git(...words: string[]): string;
}

const NOTHING = '0'.repeat(40);

/** The author is `ben`, whom the rig's environments file knows. */
export function createRepository(folder: string, name: string): Repository {
  const checkout = join(folder, `${name}-checkout`);
  const bare = join(folder, `${name}.git`);
  mkdirSync(checkout, { recursive: true });
  const git = (...words: string[]): string => execFileSync('git', ['-C', checkout, '-c', 'user.email=ben@example.com', '-c', 'user.name=ben', ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', bare]);
  execFileSync('git', ['init', '-q', '-b', 'main', checkout]);
  return {
    url: bare, git,
    write: (files) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(checkout, path)), { recursive: true });
        writeFileSync(join(checkout, path), text);
      }
    },
    remove: (path) => rmSync(join(checkout, path), { recursive: true }),
    push: (message, branch = 'main') => {
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', message);
      const ref = `refs/heads/${branch}`;
      const before = git('ls-remote', bare, ref).split('\t')[0] || NOTHING;
      git('push', '-q', bare, `HEAD:${ref}`);
      return { ref, before, after: git('rev-parse', 'HEAD') };
    },
  };
}

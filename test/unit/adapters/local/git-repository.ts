/** A real git repository in a temp folder. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommitId } from '../../../../src/domain/ids.ts';

export type Tree = Readonly<Record<string, string | Buffer | { link: string } | { script: string }>>;

export interface GitRepository {
  readonly path: string;
  git(...args: string[]): string;
  /** Writes the files and commits everything. */
  commit(files: Tree, subject?: string): CommitId;
}

const WHO = { GIT_AUTHOR_NAME: 'Anna Smith', GIT_AUTHOR_EMAIL: 'anna@example.com', GIT_COMMITTER_NAME: 'Anna Smith', GIT_COMMITTER_EMAIL: 'anna@example.com', GIT_AUTHOR_DATE: '1700000000 +0000', GIT_COMMITTER_DATE: '1700000000 +0000' };

export function gitRepository(path: string, format: 'sha1' | 'sha256' = 'sha1'): GitRepository {
  mkdirSync(path, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'core.hooksPath=/dev/null', '-c', 'safe.directory=*', ...args], { cwd: path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], HOME: path, GIT_CONFIG_NOSYSTEM: '1', ...WHO } }).trim();
  git('init', '--quiet', '--initial-branch=main', `--object-format=${format}`);
  return {
    path,
    git,
    commit(files, subject = 'a change') {
      for (const [name, content] of Object.entries(files)) {
        const file = join(path, name);
        mkdirSync(dirname(file), { recursive: true });
        if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(file, content);
        else if ('link' in content) symlinkSync(content.link, file);
        else {
          writeFileSync(file, content.script);
          chmodSync(file, 0o755);
        }
      }
      git('add', '--all', '--force');
      git('commit', '--quiet', '--allow-empty', '-m', subject);
      return CommitId.parse(git('rev-parse', 'HEAD'));
    },
  };
}

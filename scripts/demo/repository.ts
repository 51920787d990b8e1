/** Real git: a working copy and the bare repository that it pushes to, whose hook calls the webhook. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Home } from '../../src/main/home.ts';
import { SentDelivery } from './webhook.ts';

const run = promisify(execFile);
const GIT_WITHIN_MS = 60_000;

/** Who writes the commits of the demo, and pushes them. */
export const AUTHOR = { name: 'ben', email: 'ben@example.com' };

export interface Repository {
  readonly name: string;
  /** The bare repository's address, as Slipway registers it. */
  readonly url: string;
  write(path: string, text: string): void;
  /** Commits all that changed and pushes it; answers the commit and what the remote said. */
  push(message: string): Promise<{ commit: string; version: string; said: string }>;
  pushTag(tag: string): Promise<string>;
  /** The deliveries its hook has sent, oldest first. */
  deliveries(): readonly SentDelivery[];
}

/** Nothing of the user's own git settings: they may sign commits, run hooks, or rewrite addresses. */
const GIT_ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', DEMO_PUSHER: AUTHOR.name,
  GIT_AUTHOR_NAME: AUTHOR.name, GIT_AUTHOR_EMAIL: AUTHOR.email, GIT_COMMITTER_NAME: AUTHOR.name, GIT_COMMITTER_EMAIL: AUTHOR.email,
};

export interface RepositoryPlace {
  readonly directory: string;
  readonly examples: string;
  readonly home: Home;
  readonly path: string;
}

/** A repository with the files of `examples/<name>`, nothing committed yet. */
export async function createRepository(name: string, { directory, examples, home, path }: RepositoryPlace): Promise<Repository> {
  const url = join(directory, `${name}.git`);
  const copy = join(directory, name);
  const deliveriesFile = join(directory, `${name}.deliveries`);
  const git = async (...args: string[]) => run('git', args, { cwd: directory, env: { PATH: path, HOME: directory, ...GIT_ENVIRONMENT }, timeout: GIT_WITHIN_MS });
  await git('init', '--quiet', '--bare', '--initial-branch=main', url);
  await git('init', '--quiet', '--initial-branch=main', copy);
  cpSync(join(examples, name), copy, { recursive: true, filter: (source) => !source.includes('node_modules') });
  writeFileSync(deliveriesFile, '');
  installHook(url, { repository: url, webhookSecret: home.webhookSecret, address: home.address, deliveriesFile });
  return {
    name, url,
    write: (file, text) => writeFileSync(join(copy, file), text),
    push: async (message) => {
      await git('-C', copy, 'add', '--all');
      await git('-C', copy, 'commit', '--quiet', '--message', message);
      const commit = (await git('-C', copy, 'rev-parse', 'HEAD')).stdout.trim();
      const { stderr } = await git('-C', copy, 'push', '--quiet', url, 'main');
      return { commit, version: commit.slice(0, 12), said: stderr };
    },
    pushTag: async (tag) => {
      await git('-C', copy, 'tag', tag);
      return (await git('-C', copy, 'push', '--quiet', url, `refs/tags/${tag}`)).stderr;
    },
    deliveries: () => readFileSync(deliveriesFile, 'utf8').split('\n').filter((line) => line !== '').map((line) => SentDelivery.parse(JSON.parse(line))),
  };
}

function installHook(url: string, settings: Record<string, string>): void {
  mkdirSync(join(url, 'hooks'), { recursive: true });
  const file = join(url, 'demo-hook.json');
  writeFileSync(file, JSON.stringify(settings));
  const quoted = [process.execPath, join(import.meta.dirname, 'post-receive.ts'), file].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  writeFileSync(join(url, 'hooks', 'post-receive'), `#!/bin/sh\nexec ${quoted.join(' ')}\n`, { mode: 0o755 });
}

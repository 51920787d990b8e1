/** A builder over real git, real processes and a real artifact folder, in one temp folder. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifactFolder } from '../../../../../src/adapters/local/artifact-folder.ts';
import { createGitSources } from '../../../../../src/adapters/local/git-sources.ts';
import { type LocalBuilder, type LocalBuilderOptions, createLocalBuilder } from '../../../../../src/adapters/local/local-builder.ts';
import type { Digest } from '../../../../../src/domain/ids.ts';
import { ServiceName } from '../../../../../src/domain/ids.ts';
import type { BuildFinished, BuildRequest } from '../../../../../src/ports/builder.ts';
import { fakeClock } from '../../../../fakes/clock.ts';
import { eventually } from '../eventually.ts';
import { type GitRepository, type Tree, gitRepository } from '../git-repository.ts';

export const NODE = 'node';

export interface Workshop {
  readonly directory: string;
  readonly origin: GitRepository;
  readonly builders: LocalBuilder[];
  readonly finished: BuildFinished[];
  /** Another builder on the same folders. */
  builder(options?: Partial<LocalBuilderOptions>): LocalBuilder;
  /** Commits the files and describes their build. */
  request(files: Tree, recipe?: Partial<BuildRequest['recipe']>, more?: Partial<BuildRequest>): BuildRequest;
  outcome(build: string): Promise<BuildFinished['outcome']>;
  log(digest: Digest | null): Promise<string>;
  unpack(digest: Digest): Promise<string>;
  close(): Promise<void>;
}

export function workshop(): Workshop {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-build-'));
  const origin = gitRepository(join(directory, 'origin'));
  const sources = createGitSources({ directory: join(directory, 'mirrors'), settings: { schemes: ['path'] } });
  const artifacts = createArtifactFolder({ directory: join(directory, 'artifacts') });
  const finished: BuildFinished[] = [];
  const builders: LocalBuilder[] = [];
  const onFinished = async (end: BuildFinished) => void finished.push(end);
  return {
    directory,
    origin,
    builders,
    finished,
    builder(options = {}) {
      const builder = createLocalBuilder({ directory: join(directory, 'builds'), sources, artifacts, clock: fakeClock(), onFinished, ...options, settings: { graceMs: 300, ...options.settings } });
      builders.push(builder);
      return builder;
    },
    request(files, recipe = {}, more = {}) {
      const commit = origin.commit(files);
      return { build: 'catalog-1', token: 'token-1', service: ServiceName.parse('catalog'), repository: origin.path, commit, manifestPath: 'slipway.yaml', version: 'v1', provenance: { branch: 'main', author: null, pusher: null }, recipe: { output: '.', timeout: 60, ...recipe }, ...more };
    },
    outcome: (build) => eventually(`the outcome of ${build}`, () => finished.find((end) => end.request.build === build)?.outcome),
    log: async (digest) => (digest === null ? '' : artifacts.tail(digest, 100_000_000)),
    async unpack(digest) {
      const out = join(mkdtempSync(join(directory, 'out-')), 'tree');
      await artifacts.unpack(digest, out);
      return out;
    },
    async close() {
      for (const builder of builders) await builder.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Whether a process runs; a zombie, which only waits for its parent, does not. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2, text.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

/** The number a script has written into a file. */
export const pidIn = (file: string): Promise<number> =>
  eventually(`a process id in ${file}`, () => {
    try {
      return Number(/^\d+\n/.exec(readFileSync(file, 'utf8'))?.[0] ?? 0) || undefined;
    } catch {
      return undefined;
    }
  });

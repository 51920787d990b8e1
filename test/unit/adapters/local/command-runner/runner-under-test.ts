/** A command runner over real git, real processes and a real artifact folder, in one temp folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifactFolder } from '../../../../../src/adapters/local/artifact-folder.ts';
import { packDirectory } from '../../../../../src/adapters/archive-rules/pack.ts';
import { type CommandRunnerOptions, type LocalCommandRunner, createCommandRunner } from '../../../../../src/adapters/local/command-runner.ts';
import { createGitSources } from '../../../../../src/adapters/local/git-sources.ts';
import { Digest } from '../../../../../src/domain/ids.ts';
import type { CommandOutcome, CommandRun } from '../../../../../src/ports/commands.ts';
import { eventually } from '../eventually.ts';
import { type Tree, gitRepository } from '../git-repository.ts';

export const NO_DIGEST = Digest.parse(`sha256:${'0'.repeat(64)}`);
/** A Node script as a command. */
export const script = (code: string): readonly string[] => ['node', '-e', code];
/** Code that writes the process's number into a file and ends once another file is there. */
export const busy = (pidFile: string, go: string): readonly string[] => script(`fs.writeFileSync(${JSON.stringify(pidFile)}, process.pid + "\\n"); const t = setInterval(() => fs.existsSync(${JSON.stringify(go)}) && clearInterval(t), 20)`);

export function bench() {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-command-'));
  const origin = gitRepository(join(directory, 'origin'));
  const sources = createGitSources({ directory: join(directory, 'mirrors'), settings: { schemes: ['path'] } });
  const artifacts = createArtifactFolder({ directory: join(directory, 'artifacts') });
  const answers: { token: string; outcome: CommandOutcome }[] = [];
  const runners: LocalCommandRunner[] = [];
  const commit = origin.commit({ 'slipway.yaml': '' });
  return {
    directory,
    origin,
    answers,
    at: (name: string) => join(directory, name),
    /** Another runner on the same folders. */
    runner(options: Partial<CommandRunnerOptions> = {}): LocalCommandRunner {
      const answer = async (token: string, outcome: CommandOutcome) => void answers.push({ token, outcome });
      const runner = createCommandRunner({ directory: join(directory, 'commands'), sources, artifacts, answer, ...options, settings: { graceMs: 300, fetchWaitMs: 10, ...options.settings } });
      runners.push(runner);
      return runner;
    },
    /** A run on the first commit. */
    run: (command: readonly string[], more: Partial<CommandRun> = {}): CommandRun => ({ id: 'catalog-1-staging-test-0', repository: origin.path, commit, digest: NO_DIGEST, folder: '', command, environment: {}, timeoutSeconds: 60, ...more }),
    commit: (files: Tree) => origin.commit(files),
    async store(files: Readonly<Record<string, string>>): Promise<Digest> {
      const folder = mkdtempSync(join(directory, 'made-'));
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      const archive = join(directory, 'made.tar.gz');
      await packDirectory(folder, archive);
      return (await artifacts.put(archive)).digest;
    },
    answer: (token = 'token-1') => eventually(`an answer to ${token}`, () => answers.find((answer) => answer.token === token)?.outcome),
    /** A record as a control plane that died has left it. */
    leave(record: unknown): void {
      mkdirSync(join(directory, 'commands/records'), { recursive: true });
      writeFileSync(join(directory, 'commands/records/left.json'), JSON.stringify(record));
    },
    async close() {
      for (const runner of runners) await runner.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export type Bench = ReturnType<typeof bench>;

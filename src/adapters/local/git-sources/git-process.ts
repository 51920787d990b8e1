/** Runs git: argument lists, an environment of our own, a time limit for the process and all it starts, a cap on its output. */
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { LimitExceeded, ProviderUnavailable, StorageFull } from '../../../domain/errors.ts';
import { diskFault } from '../../archive-rules/disk-fault.ts';
import type { RepositoryScheme } from '../../source-rules/repository-url.ts';

/** git ended with an error of its own. Does not leave this folder. */
export class GitFailed extends Error {
  override readonly name = 'GitFailed';
  readonly exitCode: number | undefined;
  constructor(what: string, exitCode: number | undefined, stderr: string) {
    super(`git ${what}: ${lastLines(stderr) || `exit ${exitCode}`}`);
    this.exitCode = exitCode;
  }
}

export interface GitOptions {
  readonly directory: string;
  readonly schemes: readonly RepositoryScheme[];
  readonly timeoutMs: number;
  /** For git, ssh and credential helpers: PATH, HOME, SSH_AUTH_SOCK. GIT_* in it is dropped. */
  readonly environment: Readonly<Record<string, string>>;
  /** Additional git configuration, for example a credential helper. */
  readonly configuration: Readonly<Record<string, string>>;
}

export interface Git {
  /** @throws GitFailed, ProviderUnavailable (time), LimitExceeded (output over `maxBytes`) */
  run(mirror: string, args: readonly string[], more?: { input?: string; timeoutMs?: number; maxBytes?: number }): Promise<Buffer>;
  /** Likewise, with standard output into the new file `file`, removed on failure. */
  runToFile(mirror: string, args: readonly string[], file: string, maxBytes: number): Promise<void>;
}

const STDERR_KEPT = 600;
const OUTPUT_BYTES = 16 * 1024 * 1024;
const KILL_AFTER_MS = 2000;

const lastLines = (text: string): string => text.trim().slice(-STDERR_KEPT).replaceAll(/\s*\n\s*/g, '; ');

/** Read in place of the user's and the system's files; also by the process that serves a repository given by path. */
const CONFIGURATION = `[safe]
	directory = *
[core]
	hooksPath = /dev/null
	fsmonitor = false
	askPass = true
[protocol]
	version = 2
[fetch]
	recurseSubmodules = false
[submodule]
	recurse = false
[gc]
	auto = 0
[maintenance]
	auto = false
[tar]
	umask = 0022
[i18n]
	logOutputEncoding = utf-8
`;

const PROTOCOLS: Readonly<Record<RepositoryScheme, string>> = { https: 'https', ssh: 'ssh', http: 'http', file: 'file', path: 'file' };

function environmentOf(options: GitOptions, configurationFile: string): Record<string, string> {
  const given = Object.fromEntries(Object.entries(options.environment).filter(([name]) => !name.startsWith('GIT_')));
  const extra = Object.entries(options.configuration);
  const pairs = extra.flatMap(([key, value], index) => [[`GIT_CONFIG_KEY_${index}`, key], [`GIT_CONFIG_VALUE_${index}`, value]]);
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
    ...given,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: configurationFile,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    // Everything else, `ext` above all, is refused by git itself (git(1), GIT_ALLOW_PROTOCOL).
    GIT_ALLOW_PROTOCOL: [...new Set(options.schemes.map((scheme) => PROTOCOLS[scheme]))].join(':'),
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oConnectTimeout=15',
    GIT_CONFIG_COUNT: String(extra.length),
    ...(Object.fromEntries(pairs) as Record<string, string>),
  };
}

interface Ended {
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly exitCode?: number | undefined;
  readonly failed: boolean;
  readonly stderr?: unknown;
  readonly shortMessage?: string | undefined;
}

function check(result: Ended, verb: string, limits: { timeoutMs: number; maxBytes: number }): void {
  if (result.timedOut) throw new ProviderUnavailable(`git ${verb} took longer than ${limits.timeoutMs / 1000} s and was ended. Check that the repository's host answers, then try again.`, { verb, timeoutMs: limits.timeoutMs });
  if (result.isMaxBuffer) throw new LimitExceeded(`git ${verb} gave more than ${limits.maxBytes} bytes. The repository is larger than this installation allows.`, { verb, maxBytes: limits.maxBytes });
  const stderr = result.stderr instanceof Uint8Array ? Buffer.from(result.stderr).toString('utf8') : '';
  // git's own words (strerror with LC_ALL=C): it gives no code for it.
  if (result.failed && /No space left on device|Disk quota exceeded/.test(stderr)) throw new StorageFull(`git ${verb} found the disk or its quota full. Free some space and try again.`, { verb });
  if (result.failed) throw new GitFailed(verb, result.exitCode, stderr || (result.exitCode === undefined ? (result.shortMessage ?? '') : ''));
}

/** Makes the folder and its configuration file. */
export function createGit(options: GitOptions): Git {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const configurationFile = join(options.directory, 'gitconfig');
  writeFileSync(configurationFile, CONFIGURATION, { mode: 0o600 });
  const environment = environmentOf(options, configurationFile);
  const common = { cwd: options.directory, extendEnv: false, encoding: 'buffer', reject: false, killDescendants: true, forceKillAfterDelay: KILL_AFTER_MS, stripFinalNewline: false } as const;
  return {
    async run(mirror, args, more = {}) {
      const limits = { timeoutMs: more.timeoutMs ?? options.timeoutMs, maxBytes: more.maxBytes ?? OUTPUT_BYTES };
      const stdin = more.input === undefined ? ({ stdin: 'ignore' } as const) : { input: more.input };
      const result = await execa('git', [...args], { ...common, ...stdin, env: { ...environment, GIT_DIR: mirror }, timeout: limits.timeoutMs, maxBuffer: limits.maxBytes });
      check(result, args[0] ?? '', limits);
      return Buffer.from(result.stdout);
    },
    async runToFile(mirror, args, file, maxBytes) {
      const limits = { timeoutMs: options.timeoutMs, maxBytes };
      const running = execa('git', [...args], { ...common, stdin: 'ignore', env: { ...environment, GIT_DIR: mirror }, timeout: limits.timeoutMs, buffer: { stdout: false, stderr: true } });
      let bytes = 0;
      const capped = async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (bytes > maxBytes) throw new LimitExceeded(`The commit's files are larger than ${maxBytes} bytes together. Make the repository smaller, or raise the limit.`, { maxBytes });
          yield chunk;
        }
      };
      try {
        await pipeline(running.stdout, capped, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
        check(await running, args[0] ?? '', limits);
      } catch (error) {
        running.kill('SIGKILL');
        // How git ended says more than how its pipe did.
        const result = await running;
        await rm(file, { force: true });
        if (result.timedOut) check(result, args[0] ?? '', limits);
        throw diskFault(error, 'check a commit out');
      }
    },
  };
}

/** What the command line is given from outside: src/main/cli.ts hands in the real things, tests their own. */
import type { Issue } from '../contracts/manifest-file.ts';
import type { OwnTargetPlace, Send } from '../contracts/own-target.ts';

export interface Output {
  write(text: string): unknown;
  /** Cells of a line, where it is a terminal. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** It is a terminal, also when the input is none: what is written there may move its cursor. */
  readonly isTTY?: boolean | undefined;
}

/** The environment variables that are read, by name. */
export interface CliEnvironment {
  readonly SLIPWAY_URL?: string | undefined;
  readonly SLIPWAY_TOKEN?: string | undefined;
  readonly SLIPWAY_HOME?: string | undefined;
  readonly NO_COLOR?: string | undefined;
  readonly USER?: string | undefined;
}

export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** Null: a symbolic link, which is not followed. */
export interface ManifestText {
  readonly path: string;
  readonly text: string | null;
}

export interface Files {
  /** The text of a file of at most `limitBytes`; null when there is none. @throws for a larger one, or one that may not be read */
  read(path: string, limitBytes: number): Promise<string | null>;
  /** @throws when it exists already and `replace` is false */
  write(path: string, text: string, replace: boolean): Promise<void>;
  /** @throws when it exists already */
  writeExecutable(path: string, text: string): Promise<void>;
  /** As `read`. @throws when others than this user may read or change it */
  readPrivate(path: string, limitBytes: number): Promise<string | null>;
  /** Whole or not at all, for this user alone; the folder is made when it is missing. */
  writePrivate(path: string, text: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  isDirectory(path: string): Promise<boolean>;
  entries(directory: string): Promise<readonly { readonly name: string; readonly kind: 'file' | 'directory' | 'link' | 'other' }[]>;
  /** A file as the body of a request, read while it is sent. */
  blob(path: string): Promise<Blob>;
}

export interface Validation {
  readonly issues: readonly Issue[];
  readonly services: readonly { readonly service: string; readonly file: string }[];
}

export interface InitAnswers {
  readonly service: string;
  readonly team: string;
  /** Words of the command. */
  readonly start: string;
}

export interface Ask {
  confirm(question: string): Promise<boolean>;
  /** Null: the person gave up. */
  init(defaults: InitAnswers): Promise<InitAnswers | null>;
}

export interface UpOptions {
  readonly home: string;
  readonly targets: readonly { readonly kind: string; readonly place: OwnTargetPlace }[];
}

export interface CliNeeds {
  readonly env: CliEnvironment;
  /** The user's home directory. */
  readonly userHome: string;
  /** This program, and what it runs on. */
  readonly program: { readonly version: string; readonly node: string };
  /** What a repository's hook runs: the Node to use, and the script. */
  readonly hookProgram: { readonly node: string; readonly script: string };
  /** Where the command runs. */
  readonly directory: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Both ends are a terminal that can move its cursor: progress is redrawn in place, questions are asked. */
  readonly isTerminal: boolean;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Calls back on Ctrl-C instead of ending the process; the answer takes it back. */
  readonly onInterrupt: (listener: () => void) => () => void;
  readonly ask: Ask;
  readonly files: Files;
  /** Opens an address in the user's browser; false when none could be started. */
  readonly openAddress: (address: string) => Promise<boolean>;
  readonly validate: (input: { files: readonly ManifestText[]; environments?: SourceText | undefined }) => Promise<Validation>;
  /** Starts the control plane and the router; resolves with the exit code, without `detach` when they have ended. */
  /** Resolves when it has ended, with the exit code. */
  readonly up: (options: UpOptions) => Promise<number>;
  /** Resolves when it answers in the background. */
  readonly upDetached: (options: UpOptions) => Promise<{ readonly url: string; readonly remarks: readonly string[] }>;
  /** `left` counts the processes of services that go on. */
  readonly down: (options: { home: string; keepServices: boolean }) => Promise<{ readonly ran: boolean; readonly left: number }>;
  /** A target wherever it is, for its contract: called directly, with no control plane between. */
  readonly sendTo: (place: OwnTargetPlace | { readonly function: string }) => Promise<Send>;
  /** What a module of the user's exports as `kill`. */
  readonly handOf: (path: string) => Promise<(instance: string) => Promise<void>>;
}

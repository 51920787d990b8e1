/** How a command ends. Scripts rely on these numbers: docs/cli.md lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, unauthenticated: 4, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command that cannot go on. The message says what happened, why, and what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  /** The problem document that the control plane answered, for `--json`. */
  readonly problem: unknown;
  /** Further lines under the message, each ready to be printed. */
  readonly details: readonly string[];
  constructor(exitCode: ExitCode, message: string, more: { problem?: unknown; details?: readonly string[]; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.exitCode = exitCode;
    this.problem = more.problem ?? null;
    this.details = more.details ?? [];
  }
}

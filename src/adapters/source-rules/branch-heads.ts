/** The answer to which branches there are: lines of a commit and `refs/heads/<name>`. */
import { CommitId } from '../../domain/ids.ts';

/** What one repository may say of its branches; about 40,000 of them. */
export const HEADS_BYTES_MAX = 4 * 2 ** 20;
export const HEADS_PREFIX = 'refs/heads/';

/** @param lines `<commit><space or tab>refs/heads/<name>`; others are left out */
export function headsOf(lines: readonly string[]): ReadonlyMap<string, CommitId> {
  const heads = new Map<string, CommitId>();
  for (const line of lines) {
    const [, commit, name] = /^([0-9a-f]{40,64})[ \t]refs\/heads\/(\S+)/.exec(line) ?? [];
    const parsed = CommitId.safeParse(commit);
    if (name !== undefined && parsed.success) heads.set(name, parsed.data);
  }
  return heads;
}

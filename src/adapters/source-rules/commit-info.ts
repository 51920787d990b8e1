import type { CommitId } from '../../domain/ids.ts';
import type { CommitInfo } from '../../ports/sources.ts';

/** The author by mail address, which has no spaces; the subject as one line that moves no cursor and turns no text round; `seconds` since the epoch. */
export function commitInfoOf(commit: CommitId, { mail, name, seconds, subject }: { readonly mail: string; readonly name: string; readonly seconds: string; readonly subject: string }): CommitInfo {
  const author = [mail, name].map((text) => text.replaceAll(/[\s\p{C}]+/gu, '-').slice(0, 100)).find((text) => text !== '') ?? 'unknown';
  return { commit, author, committedAt: Number.parseInt(seconds, 10) * 1000, subject: subject.replaceAll(/[\s\p{C}]+/gu, ' ').trim().slice(0, 500) };
}

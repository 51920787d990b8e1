/** Asks a repository for its branches, without fetching anything. */
import { ProviderUnavailable } from '../../../domain/errors.ts';
import type { CommitId } from '../../../domain/ids.ts';
import { HEADS_BYTES_MAX, HEADS_PREFIX, headsOf } from '../../source-rules/branch-heads.ts';
import { type Git, GitFailed } from './git-process.ts';

/** @param directory a folder that is no repository itself. @throws ProviderUnavailable, LimitExceeded */
export async function listHeads(git: Git, directory: string, repository: string): Promise<ReadonlyMap<string, CommitId>> {
  try {
    const out = await git.run(directory, ['ls-remote', '--quiet', '--refs', '--end-of-options', repository, `${HEADS_PREFIX}*`], { maxBytes: HEADS_BYTES_MAX });
    return headsOf(out.toString('utf8').split('\n'));
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    throw new ProviderUnavailable(`The branches of ${repository} could not be listed: ${error.message}. Check its address and that this machine may read it, then try again.`, { repository }, { cause: error });
  }
}

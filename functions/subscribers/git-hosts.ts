/** Tells git hosts what changed. */
import { gitHosts } from '#parts/git-hosts';
import { tellGitHosts } from '../../src/app/tell-git-hosts.ts';
import { RelayEvent, subscriberHandler } from '../../src/main/subscriber-handler.ts';

export const Event = RelayEvent;
export const handler = subscriberHandler('git-hosts', tellGitHosts, { gitHosts });

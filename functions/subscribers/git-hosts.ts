/** Tells git hosts what changed; and again, what they could not be told before. */
import { gitHosts } from '#parts/git-hosts';
import { runGitHosts } from '../../src/app/tell-git-hosts.ts';
import { useCaseHandler } from '../../src/main/handler.ts';
import { RelayEvent, relayFigures } from '../../src/main/subscriber-handler.ts';

export const Event = RelayEvent;
export const handler = useCaseHandler(Event, runGitHosts, { gitHosts }, (run, now) => relayFigures('git-hosts', run, now));

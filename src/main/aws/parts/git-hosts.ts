/** Git hosts as somebody to tell, from the function that may read their credentials. */
import { createGitHosts } from '../../../adapters/git-hosts/git-hosts.ts';
import { systemClock } from '../../../adapters/local/system-clock.ts';
import type { Part } from '../../platform.ts';
import { secretSource } from './secrets.ts';

export const gitHosts: Part<'gitHosts'> = async () => createGitHosts({ secrets: secretSource(), clock: systemClock, sleep: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }) });

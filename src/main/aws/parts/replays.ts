/** Replays from the packaged function of tests; its client is the one that checks have. */
import { replaysOverHttp } from '../../../adapters/local/replay/send.ts';
import type { Part } from '../../platform.ts';

export const replays: Part<'replays'> = async () => replaysOverHttp;

/** The sample events of events/<function>/, with the handler module of each function. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HANDLERS } from '../../../src/main/functions.ts';

export const ROOT = join(import.meta.dirname, '../../..');
const PREFIX = 'slipway-';

/** `slipway-target-process` -> `target-process`: the name in serverless.yml and of the folder in events/. */
export const STEMS = Object.keys(HANDLERS).map((name) => name.slice(PREFIX.length));

/** `target-process` -> `functions/targets/process`, `subscriber-slack` -> `functions/subscribers/slack`. */
export const moduleOf = (stem: string): string => `functions/${stem.replace(/^target-/, 'targets/').replace(/^subscriber-/, 'subscribers/')}`;

export const samplesOf = (stem: string): { name: string; event: unknown }[] =>
  readdirSync(join(ROOT, 'events', stem)).map((file) => ({ name: file, event: JSON.parse(readFileSync(join(ROOT, 'events', stem, file), 'utf8')) as unknown }));

/** The keys that the samples of webhooks are signed with: those of the examples in GitHub's and Slack's documentation. */
export const SAMPLE_GITHUB_SECRET = "It's a Secret to Everybody";
export const SAMPLE_SLACK_SECRET = '8f742231b10e8888abcd99yyyzzz85a5';

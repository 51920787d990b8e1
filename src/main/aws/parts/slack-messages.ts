/** Messages in Slack, from the packaged functions that may read the bot token. */
import { createSlackWebApi } from '../../../adapters/slack/web-api.ts';
import { awsConfig, processEnvironment } from '../../../config.ts';
import { NotFound } from '../../../domain/errors.ts';
import type { Part } from '../../platform.ts';
import { secretSource } from './secrets.ts';

export const slackMessages: Part<'slackMessages'> = async () => {
  const { slackToken, slackOrigin } = awsConfig(processEnvironment());
  return createSlackWebApi({ origin: slackOrigin, token: () => (slackToken === null ? Promise.resolve(null) : ifThere(secretSource().resolve(slackToken))) });
};

/** Without its secret Slack is not connected, which is nobody's fault. */
async function ifThere(value: Promise<string>): Promise<string | null> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

/** Requests of Slack are handed to a function of their own, which Lambda calls on its own time. */
import { createFunctionHandover } from '../../../adapters/aws/function-handover.ts';
import { createSignedCall } from '../../../adapters/aws/calls/signed-call.ts';
import { processEnvironment, signingConfig } from '../../../config.ts';
import type { Part } from '../../platform.ts';

export const slackHandover: Part<'slackHandover'> = async () => createFunctionHandover({ call: createSignedCall(signingConfig(processEnvironment())), function: 'slipway-slack-worker' });

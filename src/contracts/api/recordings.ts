/** Requests of users, recorded without their secrets. They say more than other answers, so looking takes the right to record. */
import * as z from 'zod';
import { EnvironmentName, ServiceName } from '../../domain/ids.ts';
import { ImportRule } from '../../domain/recording/import.ts';
import { RecordedRequest } from '../../domain/recording/recorded-request.ts';
import { Recording, RecordingId, RecordingProgress } from '../../domain/recording/recording.ts';
import { RecordingRule } from '../../domain/recording/rule.ts';
import { operation } from './operation.ts';

const tag = 'Recordings';
const params = z.object({ service: ServiceName, environment: EnvironmentName });
const at = '/v1/services/:service/environments/:environment/recordings' as const;

export const listRecordings = operation({ id: 'listRecordings', method: 'GET', path: at, tag, action: 'record', params, summary: 'The recording under way, and those kept, newest first', answer: z.strictObject({ underWay: RecordingProgress.nullable(), kept: z.array(Recording) }) });
export const startRecording = operation({ id: 'startRecording', method: 'POST', path: at, tag, action: 'record', params, status: 201, summary: 'Begins to record requests of users', body: RecordingRule, answer: RecordingProgress });
export const stopRecording = operation({ id: 'stopRecording', method: 'POST', path: `${at}/stop`, tag, action: 'record', params, summary: 'Ends the recording and keeps what it has', body: z.strictObject({}), answer: Recording });
export const importRecording = operation({
  id: 'importRecording', method: 'POST', path: `${at}/import`, tag, action: 'record', params, status: 201, summary: 'Keeps requests of a file as a recording, by the rules of one: what is secret is left out here',
  body: z.strictObject({ file: z.string().min(1).max(200).regex(/^\P{C}*$/u, 'no control characters'), rule: ImportRule, requests: z.array(RecordedRequest).min(1).max(10_000) }), answer: Recording,
});
export const readRecording = operation({
  id: 'readRecording', method: 'GET', path: `${at}/:recording`, tag, action: 'record', params: params.extend({ recording: RecordingId }), summary: 'One recording with its requests; `newest` for the newest',
  answer: z.strictObject({ recording: Recording, requests: z.array(RecordedRequest) }),
});

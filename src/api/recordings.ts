/** Recordings of a service's requests in one environment: start, look, end, import. */
import { importRecording } from '../app/import-recording.ts';
import { recordingDetail, recordings } from '../app/recordings.ts';
import { startRecording } from '../app/start-recording.ts';
import { stopRecording } from '../app/stop-recording.ts';
import * as operations from '../contracts/api/recordings.ts';
import { atPlace } from './access.ts';
import { bind } from './serve.ts';

export const recordingBindings = [
  bind(operations.listRecordings, atPlace, async (ports, { params }) => ({ value: await recordings(ports)(params.service, params.environment) })),
  bind(operations.startRecording, atPlace, async (ports, { params, body, by }) => ({ value: await startRecording(ports)({ ...params, rule: body, by }) })),
  bind(operations.stopRecording, atPlace, async (ports, { params, by }) => ({ value: await stopRecording(ports)({ ...params, by }) })),
  bind(operations.importRecording, atPlace, async (ports, { params, body, by }) => ({ value: await importRecording(ports)({ ...params, ...body, by }) })),
  bind(operations.readRecording, atPlace, async (ports, { params }) => ({ value: await recordingDetail(ports)(params.service, params.environment, params.recording === 'newest' ? undefined : params.recording) })),
];

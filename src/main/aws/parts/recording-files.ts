/** Requests of recordings, beside the artifacts: by their digest. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomIds } from '../../../adapters/local/random-ids.ts';
import { createRecordingFiles } from '../../../adapters/local/recording-files.ts';
import type { Part } from '../../platform.ts';
import { s3Artifacts } from './bucket.ts';

export const recordingFiles: Part<'recordingFiles'> = async () => createRecordingFiles({ folder: join(tmpdir(), 'recordings'), artifacts: s3Artifacts(), ids: randomIds });

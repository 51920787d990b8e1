/** Single files of artifacts: what unpacks is large, and only the function of tests reads one. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifactFiles } from '../../../adapters/local/artifact-files.ts';
import { randomIds } from '../../../adapters/local/random-ids.ts';
import type { Part } from '../../platform.ts';
import { s3Artifacts } from './bucket.ts';
import { extractLater } from './extract-later.ts';

export const artifactFiles: Part<'artifactFiles'> = async () => createArtifactFiles({ folder: join(tmpdir(), 'artifacts'), artifacts: s3Artifacts(extractLater), ids: randomIds });

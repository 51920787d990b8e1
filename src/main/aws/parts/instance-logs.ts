/** The output of instances, read from the packaged functions. */
import { instanceLogsNotSupported } from '../../../adapters/aws/not-supported.ts';
import type { Part } from '../../platform.ts';

export const instanceLogs: Part<'instanceLogs'> = async () => instanceLogsNotSupported;

/** The `process` target is for one machine; in AWS its function says so. */
import { NotSupported } from '../../../domain/errors.ts';
import type { TargetPart } from '../../platform.ts';

export const target: TargetPart = async (kind) => {
  throw new NotSupported(`The target "${kind}" is none of AWS. "process" runs services on one machine: use "slipway up".`, { target: kind });
};

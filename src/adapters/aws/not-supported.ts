/** What this platform cannot do says so, each time it is asked: nothing succeeds in silence. */
import { NotSupported } from '../../domain/errors.ts';
import type { Recorders } from '../../ports/recorders.ts';
import type { ParallelRuns } from '../../ports/parallel-runs.ts';

/** Rejects, as the port's own failures do. */
const refusing = (sentence: string) => (): Promise<never> => Promise.reject(new NotSupported(sentence));

/** Targets here are asked recorded requests instead (src/app/ask-recorded.ts). */
export const mirrorsNotSupported: ParallelRuns = { read: refusing('No target on AWS mirrors requests, so there is nothing to read. Give the target "compares" in its description, and it is asked recorded requests.') };
/** docs/decisions/0029 */
const recording = refusing('Nothing records requests on AWS: load balancers and functions pass them on without Slipway. Import a HAR file, an access log of the load balancer, or a list: slipway recording import SERVICE FILE --environment ENVIRONMENT');
export const recordersNotSupported: Recorders = { begin: recording, progress: async () => null, requests: recording, end: recording };

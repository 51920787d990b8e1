/** One request to a target, by its verb. */
import type { TargetRequest, TargetResult } from '../contracts/target.ts';
import { NotSupported } from '../domain/errors.ts';
import type { Target } from '../ports/target.ts';

export async function callVerb(target: Target, request: TargetRequest): Promise<TargetResult> {
  switch (request.verb) {
    case 'launch': return target.launch(request);
    case 'route': return target.route(request);
    case 'observe': return target.observe(request);
    case 'relaunch': return target.relaunch(request);
    case 'retire': return target.retire(request);
    case 'compare':
      if (target.compare === undefined) throw new NotSupported('This target does not compare answers of revisions. Leave parallelRun, and "compare" of replays, out of slipway.yaml.');
      return target.compare(request);
    case 'describe': return target.describe(request);
  }
}

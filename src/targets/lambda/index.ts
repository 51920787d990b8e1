/** The `lambda` target: a service is one or several functions whose versions shift together behind an alias. See docs/lambda-target.md. */
import type { Target } from '../../ports/target.ts';
import { compare } from './compare.ts';
import { describe } from './describe.ts';
import { launch } from './launch.ts';
import type { LambdaNeeds } from './needs.ts';
import { observe } from './observe.ts';
import { relaunch } from './relaunch.ts';
import { retire } from './retire.ts';
import { route } from './route.ts';

export { codeOf } from './code.ts';
export type { LambdaNeeds } from './needs.ts';

export function createLambdaTarget(needs: LambdaNeeds): Target {
  return {
    describe: (request) => describe(needs, request),
    launch: (request) => launch(needs, request),
    route: (request) => route(needs, request),
    observe: (request) => observe(needs, request),
    relaunch: (request) => relaunch(needs, request),
    retire: (request) => retire(needs, request),
    compare: (request) => compare(needs, request),
  };
}

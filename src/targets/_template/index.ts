/** A target to begin from: the five verbs over a small platform interface. Compiled and held to the contract, never registered. */
import type { Fence, Target } from '../../ports/target.ts';
import { launch } from './launch.ts';
import { observe } from './observe.ts';
import type { Platform } from './platform.ts';
import { relaunch } from './relaunch.ts';
import { retire } from './retire.ts';
import { route } from './route.ts';

export interface TemplateNeeds {
  readonly platform: Platform;
  readonly fence: Fence;
}

export function createTemplateTarget(needs: TemplateNeeds): Target {
  return {
    // With `plan`, say here what the platform cannot do, before anything runs.
    describe: async () => ({ verb: 'describe', kind: 'template', weights: true, zones: true, scaleToZero: true, limits: { ...needs.platform.limits }, problems: [] }),
    launch: (request) => launch(needs, request),
    route: (request) => route(needs, request),
    observe: (request) => observe(needs, request),
    relaunch: (request) => relaunch(needs, request),
    retire: (request) => retire(needs, request),
  };
}

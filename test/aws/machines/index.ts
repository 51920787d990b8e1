/** All scenarios, by machine. */
import type { MachineName } from '../../../src/ports/orchestrator.ts';
import type { Scenario } from './scenario.ts';
import { CANARY } from './scenarios/canary.ts';
import { DELIVERY } from './scenarios/delivery.ts';
import { GATE } from './scenarios/gate.ts';
import { PIPELINE } from './scenarios/pipeline.ts';
import { REPAIR } from './scenarios/repair.ts';
import { ROLLBACK } from './scenarios/rollback.ts';
import { ROLLOUT } from './scenarios/rollout.ts';
import { STAGING } from './scenarios/staging.ts';
import { WATCH } from './scenarios/watch.ts';

export const SCENARIOS: Readonly<Record<MachineName, readonly Scenario[]>> = {
  delivery: DELIVERY, pipeline: PIPELINE, staging: STAGING, canary: CANARY, watch: WATCH, rollout: ROLLOUT, rollback: ROLLBACK, gate: GATE, repair: REPAIR,
};

/** What the rest of Slipway may use of the engine. */
export { createEngine, type Engine, type EngineNeeds } from './engine.ts';
export { machineArn, executionArn } from './arns.ts';
export { Machine } from './asl.ts';
export { type Invoke, type InvokedBy } from './runtime/requests.ts';
export { type Timers } from './runtime/alarms.ts';
export { type Transition } from './runtime/runtime.ts';
export { substitute } from './substitute.ts';
export { machineIssues, validateMachines } from './validate.ts';
export { expressionsOf } from './validate/places.ts';
export { type Issue } from './validate/issues.ts';

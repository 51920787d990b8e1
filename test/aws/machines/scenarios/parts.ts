/** What functions answer in most scenarios. */

/** Long ago: a Wait state goes on at once. */
export const PAST = '2026-01-01T00:00:00Z';
export const TARGET = 'slipway-target-process';
/** A request to a target, as the use cases hand it to the machines. */
export const request = (verb: string, revision = 'r8', instances = ['i-1']) => ({ function: TARGET, request: { verb, service: 'shop', environment: 'production', revision, instances, generation: 7 } });
export const done = { result: { ok: true } };
export const asked = { result: { asked: true } };
/** What a gate of the manifest is started with. */
export const gate = (name: string) => ({ deploymentId: 'shop-7-production', gate: name, execution: `shop-7-production-gate-${name}-0` });

/** The state machines, one file each in statemachines/. */
export const MACHINE_NAMES = ['delivery', 'pipeline', 'staging', 'canary', 'watch', 'rollout', 'rollback', 'gate', 'repair'] as const;
export type MachineName = (typeof MACHINE_NAMES)[number];

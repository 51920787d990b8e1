/** The kinds of target that are built in. A user's own kind is a Lambda named `slipway-target-<kind>`, and needs no entry here. */
import { InvalidInput } from '../domain/errors.ts';

/** Every folder of src/targets but `_template`; a test compares the two. */
export const TARGET_KINDS = ['ec2', 'ecs', 'lambda', 'process'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export const isTargetKind = (kind: string): kind is TargetKind => TARGET_KINDS.some((known) => known === kind);

/** @throws InvalidInput naming the kinds that there are */
export function targetKind(kind: string): TargetKind {
  if (isTargetKind(kind)) return kind;
  throw new InvalidInput(`There is no target "${kind}" here. Use one of: ${TARGET_KINDS.join(', ')}.`, { kind, known: TARGET_KINDS });
}

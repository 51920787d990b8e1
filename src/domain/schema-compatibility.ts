/** Whether two releases can work on the same data: side by side during a deployment, and one after the other at a rollback. */
import { IncompatibleSchema } from './errors.ts';
import type { SchemaCompatibility } from './manifest.ts';

/** A release, as far as its data is concerned. */
export interface DataUser {
  readonly version: string;
  /** Absent: it declares nothing, so nothing can be compared. */
  readonly schema?: SchemaCompatibility | undefined;
}

/**
 * Both run on the same data while traffic moves, and until the end the stable revision must be able to take over again: so each must
 * read what the other writes. Going back in haste (`fast`) asks only that the older release reads what the newer has written.
 *
 * @throws IncompatibleSchema with both declarations
 */
export function refuseIncompatibleSchema(stable: DataUser | undefined, candidate: DataUser, mode: 'normal' | 'fast'): void {
  if (stable?.schema === undefined || candidate.schema === undefined) return;
  const evidence = { stable: { version: stable.version, ...stable.schema }, candidate: { version: candidate.version, ...candidate.schema } };
  if (!candidate.schema.reads.includes(stable.schema.writes)) throw new IncompatibleSchema(blind(candidate, candidate.schema, stable, stable.schema, mode), evidence);
  if (mode === 'normal' && !stable.schema.reads.includes(candidate.schema.writes)) throw new IncompatibleSchema(noWayBack(stable, stable.schema, candidate, candidate.schema), evidence);
}

function blind(candidate: DataUser, can: SchemaCompatibility, stable: DataUser, is: SchemaCompatibility, mode: 'normal' | 'fast'): string {
  const next = mode === 'fast'
    ? `Going back would break it. Go forward: push a mended release that reads ${is.writes}, or go back to a release that does: slipway rollback SERVICE --environment ENVIRONMENT --version V`
    : `Add ${is.writes} to schema.reads of its slipway.yaml once it can, and push again.`;
  return `${candidate.version} reads the data schema ${can.reads.join(', ')}, and ${stable.version}, which serves here, writes ${is.writes}. ${next}`;
}

const noWayBack = (stable: DataUser, can: SchemaCompatibility, candidate: DataUser, is: SchemaCompatibility): string =>
  `${candidate.version} writes the data schema ${is.writes}, and ${stable.version}, which serves here, reads only ${can.reads.join(', ')}: beside each other it would fail, and there would be no way back. First release a version that reads ${is.writes} and still writes ${can.writes}, then this one.`;

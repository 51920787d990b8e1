/** The variables that an instance on AWS starts with. */
import type { RevisionSpec } from '../../domain/revision.ts';

/** From weak to strong: the configuration, then what tells an instance where it is. Secrets are not among them. */
export const revisionVariables = (spec: RevisionSpec, port: number): Record<string, string> => ({
  ...spec.configuration,
  PORT: String(port), HOST: '0.0.0.0',
  SLIPWAY_SERVICE: spec.service, SLIPWAY_ENVIRONMENT: spec.environment, SLIPWAY_VERSION: spec.version, SLIPWAY_REVISION: spec.revision,
});

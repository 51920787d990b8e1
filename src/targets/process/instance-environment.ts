/** The variables of an instance. Nothing of Slipway's own environment goes through. */
import { dirname, join } from 'node:path';
import { NotFound, ProviderUnavailable, SlipwayError } from '../../domain/errors.ts';
import type { SecretSource } from '../../ports/secrets.ts';
import type { InstanceRecord } from './instance-record.ts';
import type { ProcessSettings } from './settings.ts';

/** Values of the secrets that a specification names. @throws NotFound, or ProviderUnavailable where it may pass, saying which variable wants which reference, never a value */
export async function resolveSecrets(source: SecretSource, wanted: InstanceRecord['spec']['secrets']): Promise<Readonly<Record<string, string>>> {
  const pairs = await Promise.all(
    Object.entries(wanted).map(async ([variable, { from }]) => {
      try {
        return [variable, await source.resolve(from)] as const;
      } catch (error) {
        // Only errors of ours are known to hold no value; they say what to do, too, and whether it may pass by itself.
        const isOurs = error instanceof SlipwayError;
        const text = `the secret "${from}" for ${variable} could not be read: ${isOurs ? error.message.replace(/\.$/, '') : 'its source failed. Create it, or correct the reference in the manifest'}`;
        throw isOurs && error.retry === 'final' ? new NotFound(text) : new ProviderUnavailable(text);
      }
    }),
  );
  return Object.fromEntries(pairs);
}

export interface EnvironmentParts {
  readonly record: InstanceRecord;
  readonly directory: string;
  readonly root: string;
  readonly port: number;
  readonly secrets: Readonly<Record<string, string>>;
  readonly settings: Pick<ProcessSettings, 'path' | 'language' | 'telemetry'>;
}

/** Configuration may replace the first four, secrets go over configuration, and what Slipway itself relies on goes over all. */
export function environmentOf({ record, directory, root, port, secrets, settings }: EnvironmentParts): Record<string, string> {
  return {
    PATH: `${dirname(process.execPath)}:${settings.path}`,
    HOME: join(directory, 'work'),
    TMPDIR: join(directory, 'tmp'),
    LANG: settings.language,
    ...telemetryOf(record, settings),
    ...record.spec.configuration,
    ...secrets,
    ...ofRevision(record),
    PORT: String(port),
    HOST: '127.0.0.1',
    SLIPWAY_INSTANCE: record.instance,
    SLIPWAY_REVISION: record.spec.revision,
    SLIPWAY_SERVICE: record.spec.service,
    SLIPWAY_ENVIRONMENT: record.spec.environment,
    SLIPWAY_ZONE: record.zone,
    SLIPWAY_VERSION: record.spec.version,
    SLIPWAY_DIRECTORY: root,
  };
}

/** Often enough for a look each ten seconds; without it an exporter sends once a minute. */
const EXPORT_INTERVAL_MS = 5000;

/** What every SDK of OpenTelemetry reads: https://opentelemetry.io/docs/specs/otel/protocol/exporter/. The service's own configuration goes over it. */
function telemetryOf({ spec }: InstanceRecord, { telemetry }: Pick<ProcessSettings, 'telemetry'>): Record<string, string> {
  const to = spec.openTelemetry === undefined ? null : telemetry?.() ?? null;
  return to === null ? {} : {
    OTEL_SERVICE_NAME: spec.service, OTEL_METRICS_EXPORTER: 'otlp', OTEL_METRIC_EXPORT_INTERVAL: String(EXPORT_INTERVAL_MS), OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: to.endpoint, OTEL_EXPORTER_OTLP_METRICS_HEADERS: `authorization=Bearer%20${to.token}`,
  };
}

/** Whose points they are, beside the attributes that the configuration has. */
function ofRevision({ instance, spec }: InstanceRecord): Record<string, string> {
  if (spec.openTelemetry === undefined) return {};
  const own = spec.configuration['OTEL_RESOURCE_ATTRIBUTES'];
  return { OTEL_RESOURCE_ATTRIBUTES: [...(own === undefined || own === '' ? [] : [own]), `slipway.revision=${spec.revision}`, `service.instance.id=${instance}`].join(',') };
}

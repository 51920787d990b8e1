/** Where the output of a service's revisions is kept in CloudWatch Logs, by the target that it runs on. */
import * as z from 'zod';
import { type Access, readerOf } from '../../../domain/access.ts';
import { InvalidInput, NotSupported } from '../../../domain/errors.ts';
import type { RevisionId } from '../../../domain/ids.ts';
import { callFault } from '../call-fault.ts';
import type { PlaceCalls } from '../calls/signed-places.ts';
import type { Placed } from '../placed.ts';

/** One stream of output. */
export interface Written {
  readonly instance: string;
  readonly revision: RevisionId;
}

export interface OutputSource {
  readonly logGroup: string;
  /** What the names of its streams begin with; absent: all streams of the group. */
  readonly streams?: string;
  /** Who has written to this stream; undefined: nobody of this service. */
  readonly writer: (stream: string) => Written | undefined;
}

export type OutputSources = (place: Placed) => Promise<readonly OutputSource[]>;

const LambdaNames = z.object({ functions: z.record(z.string(), z.unknown()) });

/** Lambda's own group of each function. A stream is named after its day, the version and itself: `2026/05/04/[7]5f3c...`. */
export const lambdaOutput = (calls: (access: Access | null) => PlaceCalls): OutputSources => async ({ service, environment, access, specs }) => {
  const reader = calls(readerOf(access));
  const versions = await Promise.all(specs.flatMap(({ revision, settings }) => {
    const names = LambdaNames.safeParse(settings);
    if (!names.success) throw new InvalidInput(`The settings of ${revision} do not name functions. Set functions in slipway.yaml.`, { revision });
    return Object.keys(names.data.functions).map(async (key) => {
      const name = `${service}-${environment}-${key}`;
      return { name, revision, version: await reader.versionOfAlias(name, revision).catch((error: unknown) => Promise.reject(callFault('Lambda', `look at ${revision} of ${name}`, error))) };
    });
  }));
  return [...Map.groupBy(versions, ({ name }) => name)].map(([name, of]) => ({
    logGroup: `/aws/lambda/${name}`,
    writer: (stream) => {
      const version = /\[(\d+)\]/.exec(stream)?.[1];
      const found = of.find((one) => one.version !== null && one.version === version);
      return found === undefined ? undefined : { instance: `${name}:${version ?? ''}`, revision: found.revision };
    },
  }));
};

const KeptOutput = z.object({ logGroup: z.string().nullable().default(null) });

/** The group that the settings name. Streams of a revision begin with its name and end with the task's or the instance's: docs/ecs-target.md, docs/ec2-target.md. */
export const groupOutput: OutputSources = async ({ service, environment, target, specs }) => {
  const sources = specs.flatMap(({ revision, settings }): OutputSource[] => {
    const { logGroup } = KeptOutput.parse(settings);
    return logGroup === null ? [] : [{ logGroup, streams: `${revision}/`, writer: (stream) => (stream.startsWith(`${revision}/`) ? { instance: stream.slice(stream.lastIndexOf('/') + 1), revision } : undefined) }];
  });
  if (sources.length === 0 && specs.length > 0) throw new NotSupported(`The output of ${service} in ${environment} is kept nowhere. Set logGroup among the settings of the target "${target}", in slipway.yaml or environments.yaml; it counts from the next release on.`, { target });
  return sources;
};

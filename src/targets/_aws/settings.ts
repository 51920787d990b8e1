/** Settings that every target behind a load balancer reads, and how a mistake in them is told. */
import * as z from 'zod';
import { InvalidInput } from '../../domain/errors.ts';

const Subnet = z.string().regex(/^subnet-[0-9a-z]+$/, 'the id of a subnet: subnet-...');
export const SecurityGroup = z.string().regex(/^sg-[0-9a-z]+$/, 'the id of a security group: sg-...');
export const LogGroup = z.string().regex(/^[\w./#-]{1,512}$/, 'the name of a log group');
const Pattern = z.string().min(1).max(128);

/** Which requests of the listener are the service's. A rule takes five values in all. */
const Rule = z.strictObject({
  priority: z.int().min(1).max(50_000),
  hosts: z.array(Pattern).max(5).default([]),
  paths: z.array(Pattern).max(5).default([]),
}).refine(({ hosts, paths }) => hosts.length + paths.length > 0, 'name hosts, paths or both: without them the rule would take every request of the listener')
  .refine(({ hosts, paths }) => hosts.length + paths.length <= 5, 'a rule takes at most five hosts and paths together');

/** Where a service is on its load balancer and in its network. */
export const BalancerSettings = z.strictObject({
  /** The ARN of a listener of an Application Load Balancer. */
  listener: z.string().regex(/^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener\/app\/[^/]+\/[0-9a-f]+\/[0-9a-f]+$/, 'the ARN of a listener of an Application Load Balancer'),
  rule: Rule,
  vpc: z.string().regex(/^vpc-[0-9a-z]+$/, 'the id of a VPC: vpc-...'),
  /** The environment's zones, by the names it gives them. */
  subnets: z.record(z.string(), z.array(Subnet).min(1).max(16)).refine((zones) => Object.keys(zones).length > 0, 'name the subnets of at least one zone'),
  securityGroups: z.array(SecurityGroup).min(1).max(5),
  /** The port that instances listen on; PORT says it to them. */
  port: z.int().min(1).max(65_535).default(8080),
  /** Where users reach the service, when that is not the load balancer's own name. */
  endpoint: z.url({ protocol: /^https?$/ }).nullable().default(null),
});
export type BalancerSettings = z.infer<typeof BalancerSettings>;

export const sentencesOf = (kind: string, error: z.ZodError): string[] =>
  error.issues.map((issue) => `Setting ${issue.path.join('.') || '(all)'} of the target "${kind}": ${issue.message}. Set it in slipway.yaml or environments.yaml.`);

/** @throws InvalidInput naming each setting that does not fit */
export function parseSettings<T>(kind: string, schema: z.ZodType<T>, settings: unknown): T {
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(sentencesOf(kind, parsed.error).join(' '));
}

/** The subnets of these zones. @throws InvalidInput for a zone that has none */
export function subnetsOf({ subnets }: BalancerSettings, zones: readonly string[]): string[] {
  return zones.flatMap((zone) => {
    const here = subnets[zone];
    if (here === undefined) throw new InvalidInput(`The environment has the zone "${zone}" and the setting subnets has none for it (only ${Object.keys(subnets).join(', ')}). Add subnets.${zone}, or take the zone out of environments.yaml.`, { zone });
    return here;
  });
}

/** The environment's name for the zone of a subnet. */
export const zoneOfSubnet = ({ subnets }: BalancerSettings, subnet: string | undefined): string | undefined =>
  subnet === undefined ? undefined : Object.keys(subnets).find((zone) => subnets[zone]?.includes(subnet));

/** Region, account and partition of an ARN. */
export function arnParts(arn: string): { readonly partition: string; readonly region: string; readonly account: string } {
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  return { partition, region, account };
}

/** What is in force for one service in one environment: manifest, environment and installation laid over each other. */
import type { Access, Settings } from './access.ts';
import { instancesOf } from './duration.ts';
import type { Environment, Environments } from './environment.ts';
import type { ApprovalRule, Configuration, Manifest, Secrets, STRATEGIES } from './manifest.ts';
import type { Stickiness } from './route.ts';

export interface Effective {
  readonly instances: number;
  readonly minimumHealthy: number;
  readonly zones: readonly string[];
  readonly strategy: (typeof STRATEGIES)[number];
  readonly target: string;
  /** Bytes and processor cores, per instance. */
  readonly resources: { readonly memory: number; readonly cpu: number };
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  /** With its approvers filled in; an empty list still means that nobody may approve. */
  readonly approval: ApprovalRule;
  readonly stickiness: Stickiness;
  readonly access: Access | null;
  /** The target's. */
  readonly settings: Settings;
}

/**
 * The more particular wins, from weak to strong:
 * - instances: the environment's (a percentage is one of production's), then `environments.<name>.instances` of the manifest
 * - strategy: the manifest's, the environment's, then `environments.<name>.strategy` of the manifest
 * - resources: the manifest's, then field by field `environments.<name>.resources` of the manifest
 * - configuration: the installation's defaults, the environment's, the manifest's, then the manifest's for this environment
 * - secrets: the manifest's, then the manifest's for this environment
 * - settings, name by name: the target's of the installation's defaults, the environment's, the manifest's, then the manifest's for this environment
 * - approvers: the manifest's, or else the environment's, or else the installation's defaults: lists are never mixed
 *
 * @param productionInstances what production has now, when it was scaled away from the manifest's `instances`; percentages are of this
 */
export function effective(manifest: Manifest, environment: Environment, environments: Environments, productionInstances: number = manifest.instances): Effective {
  const own = manifest.environments[environment.name];
  const instances = instancesOf(own?.instances ?? environment.instances, productionInstances);
  return {
    instances,
    // Scaled to zero, or to fewer than a fixed minimum, all that are left must be healthy.
    minimumHealthy: Math.min(instances, instancesOf(environment.minimumHealthy, instances)),
    zones: environment.zones,
    strategy: own?.strategy ?? environment.strategy ?? manifest.strategy,
    target: manifest.target,
    resources: { memory: own?.resources?.memory ?? manifest.resources.memory, cpu: own?.resources?.cpu ?? manifest.resources.cpu },
    configuration: { ...environments.defaults.configuration, ...environment.configuration, ...manifest.configuration, ...own?.configuration },
    secrets: { ...manifest.secrets, ...own?.secrets },
    approval: { ...manifest.approval, approvers: approvers(manifest, environment, environments) },
    stickiness: manifest.routing,
    access: environment.aws ?? null,
    settings: { ...environments.defaults.targets[manifest.target], ...environment.targets[manifest.target], ...manifest.settings, ...own?.settings },
  };
}

function approvers(manifest: Manifest, environment: Environment, environments: Environments): ApprovalRule['approvers'] {
  const lists = [manifest.approval.approvers, environment.approvers, environments.defaults.approvers];
  return lists.find((list) => list.length > 0) ?? [];
}

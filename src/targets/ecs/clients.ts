/** What the `ecs` target is given, and talks to. */
import type { ECSClient, Tag } from '@aws-sdk/client-ecs';
import type { Access } from '../../domain/access.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fence } from '../../ports/target.ts';
import type { Balancers } from '../_aws/load-balancer/groups.ts';
import type { Tags } from '../_aws/names.ts';

export const ECS = 'ECS';
export type Containers = Pick<ECSClient, 'send'>;

export interface EcsClients {
  readonly containers: Containers;
  readonly balancers: Balancers;
}

export interface EcsNeeds {
  /** The clients for the account, region and role of an environment. */
  readonly connect: (access: Access | null) => EcsClients;
  readonly fence: Fence;
  readonly clock: Pick<Clock, 'now'>;
}

export const ecsTags = (tags: Tags): Tag[] => Object.entries(tags).map(([key, value]) => ({ key, value }));
export const tagsFrom = (tags: readonly Tag[] | undefined): Tags => Object.fromEntries((tags ?? []).map(({ key, value }) => [key ?? '', value ?? '']));

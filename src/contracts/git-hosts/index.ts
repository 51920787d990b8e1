/** The webhooks that are taken, by the kind of host: `POST /webhooks/<kind>`. */
import type { GitHost } from '../../domain/git-host.ts';
import { azureDevops } from './azure-devops.ts';
import { bitbucket } from './bitbucket.ts';
import { bitbucketServer } from './bitbucket-server.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import type { Hook } from './hook.ts';

export const HOOKS = { github, gitlab, bitbucket, 'bitbucket-server': bitbucketServer, gitea, 'azure-devops': azureDevops } as const satisfies Record<GitHost, Hook>;

/** The Slack section of environments.yaml: which workspace is listened to, and which channel is told of what. */
import * as z from 'zod';
import { ServiceName } from './ids.ts';

/** An id and never a name: names change, and Slack's history takes ids only. */
export const SlackChannel = z.string().regex(/^[CG][A-Z0-9]{2,30}$/, 'a channel id such as C024BE91L: in Slack at the end of the channel\'s details').meta({ description: 'A channel\'s id.', examples: ['C024BE91L'] });

export const SlackSettings = z.strictObject({
  workspace: z.string().regex(/^T[A-Z0-9]{2,30}$/, 'a workspace id such as T024BE7LD').meta({ description: 'The id of the workspace that requests are taken from. Others are refused.', examples: ['T024BE7LD'] }),
  enterprise: z.string().regex(/^E[A-Z0-9]{2,30}$/, 'an id of an Enterprise organization such as E024BE7LD').optional().meta({ description: 'The id of the Enterprise organization, where the workspace is part of one: then requests must name it.', examples: ['E024BE7LD'] }),
  app: z.string().regex(/^A[A-Z0-9]{2,30}$/, 'an app id such as A024BE7LD').optional().meta({ description: 'The id of the Slack app: then requests must name it.', examples: ['A024BE7LD'] }),
  channel: SlackChannel.optional().meta({ description: 'The channel that pipelines are shown in, where nothing below says otherwise. Absent: only those below are shown.', examples: ['C024BE91L'] }),
  teams: z.record(z.string().min(1).max(100), SlackChannel).default({}).meta({ description: 'Channels of teams: by the team that manifests name.', examples: [{ shop: 'C024BE91M' }] }),
  services: z.record(ServiceName, SlackChannel).default({}).meta({ description: 'Channels of single services. They win over their team\'s.', examples: [{ catalog: 'C024BE91N' }] }),
});
export type SlackSettings = z.infer<typeof SlackSettings>;

/** Where pipelines of a service are shown; null: nowhere. */
export function channelOf(settings: SlackSettings | undefined, service: ServiceName, team: string): string | null {
  if (settings === undefined) return null;
  return settings.services[service] ?? (Object.hasOwn(settings.teams, team) ? settings.teams[team] : undefined) ?? settings.channel ?? null;
}

/** Where a request of Slack says that it is from. */
export interface SlackOrigin {
  readonly team: string;
  readonly enterprise: string | null;
  readonly app: string | null;
}

/** Why requests from there are not taken; null: they are. */
export function originRefusal(settings: SlackSettings | undefined, origin: SlackOrigin): string | null {
  if (settings === undefined) return `Slipway listens to no workspace yet. To let it listen to this one, write under "slack" in environments.yaml: workspace: ${origin.team}`;
  if (origin.team !== settings.workspace) return `Slipway does not listen to this workspace (${origin.team}). The one it listens to stands under "slack" in environments.yaml.`;
  if (settings.enterprise !== undefined && origin.enterprise !== settings.enterprise) return 'Slipway does not listen to this Enterprise organization.';
  if (settings.app !== undefined && origin.app !== settings.app) return 'Slipway does not listen to this Slack app.';
  return null;
}

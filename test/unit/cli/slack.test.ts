import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { slackAppManifest } from '../../../src/contracts/slack/app-manifest.ts';
import { run } from './run.ts';

/** As Slack states it; what it does not know it refuses. https://docs.slack.dev/reference/app-manifest */
const Https = z.url({ protocol: /^https$/ });
const AppManifest = z.strictObject({
  display_information: z.strictObject({ name: z.string().min(1).max(35), description: z.string().max(140), background_color: z.string().regex(/^#[0-9a-f]{6}$/) }),
  features: z.strictObject({
    bot_user: z.strictObject({ display_name: z.string().regex(/^[a-z0-9._-]{1,80}$/), always_online: z.boolean() }),
    slash_commands: z.array(z.strictObject({ command: z.string().startsWith('/').max(32), url: Https, description: z.string().max(2000), usage_hint: z.string().max(1000), should_escape: z.boolean() })).max(50),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()).max(255) }) }),
  settings: z.strictObject({ interactivity: z.strictObject({ is_enabled: z.literal(true), request_url: Https }), org_deploy_enabled: z.boolean(), socket_mode_enabled: z.literal(false), token_rotation_enabled: z.literal(false) }),
});

describe('slipway slack manifest', () => {
  it('prints what Slack takes, with few scopes', async () => {
    const { code, out } = await run(['slack', 'manifest', '--url', 'https://slipway.example.com/']);
    expect(code).toBe(0);
    const manifest = AppManifest.parse(parse(out));
    expect(manifest).toEqual(slackAppManifest('https://slipway.example.com'));
    expect(manifest.oauth_config.scopes.bot).toEqual(['commands', 'chat:write', 'channels:history', 'groups:history']);
    expect(manifest.settings.interactivity.request_url).toBe('https://slipway.example.com/slack');
  });

  it('prints it as JSON, and as an address that carries it', async () => {
    expect(JSON.parse((await run(['slack', 'manifest', '--url', 'https://a.example/slipway', '--json'])).out)).toEqual(slackAppManifest('https://a.example/slipway'));
    const link = new URL((await run(['slack', 'manifest', '--url', 'https://a.example', '--link'])).out.trim());
    expect([link.origin, parse(link.searchParams.get('manifest_yaml') ?? '')]).toEqual(['https://api.slack.com', slackAppManifest('https://a.example')]);
  });

  it.each([[], ['--url', 'http://slipway.example.com'], ['--url', 'slipway.example.com'], ['--url', 'https://me:secret@example.com'], ['--url', 'https://example.com/?x=1']])('refuses %j', async (...words) => {
    const { code, err } = await run(['slack', 'manifest', ...words]);
    expect([code, err]).toEqual([2, expect.stringContaining('over https')]);
  });
});

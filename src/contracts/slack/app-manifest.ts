/** The Slack app that Slipway needs, as Slack takes it. https://docs.slack.dev/reference/app-manifest */
import { stringify } from 'yaml';

/** `history` is for one thing: to find a message whose posting was interrupted, instead of posting it again. */
export const SLACK_SCOPES = ['commands', 'chat:write', 'channels:history', 'groups:history'] as const;

/** @param url where Slack reaches the control plane, over https, without a slash at its end */
export const slackAppManifest = (url: string) => ({
  display_information: { name: 'Slipway', description: 'Releases: look, decide, steer', background_color: '#1f2a44' },
  features: {
    bot_user: { display_name: 'slipway', always_online: false },
    slash_commands: [{ command: '/slipway', url: `${url}/slack`, description: 'Look at releases, decide and steer', usage_hint: 'status | pending | approve catalog production looks good | help', should_escape: false }],
  },
  oauth_config: { scopes: { bot: SLACK_SCOPES } },
  settings: { interactivity: { is_enabled: true, request_url: `${url}/slack` }, org_deploy_enabled: false, socket_mode_enabled: false, token_rotation_enabled: false },
});

export const slackAppManifestText = (url: string): string => stringify(slackAppManifest(url), { lineWidth: 0 });

/** Opens the form with the manifest in it. https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests */
export const slackAppLink = (url: string): string => `https://api.slack.com/apps?new_app=1&manifest_yaml=${encodeURIComponent(slackAppManifestText(url))}`;

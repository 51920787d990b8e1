/** `slipway slack`: what the Slack app is made from, which needs no control plane, and whether it is connected. */
import { slackAppLink, slackAppManifest, slackAppManifestText } from '../../contracts/slack/app-manifest.ts';
import { CliError, EXIT } from '../exit.ts';
import { addSlackConnect } from './slack-connect.ts';
import { example, runs, type Host } from '../session.ts';

interface Options {
  readonly url: string;
  readonly link?: boolean;
}

export function addSlack(host: Host): void {
  const slack = host.program.command('slack').summary('the Slack app').helpGroup('The installation:').description('The app by which people look, decide and steer in Slack: docs/slack.md.');
  example(slack, 'slipway slack manifest --url https://slipway.example.com');
  const command = slack.command('manifest').description('Prints the manifest that Slack makes the app from, for this address; with --link an address that opens Slack with it filled in. --url is where Slack reaches the control plane.')
    .option('--link', 'print an address to open instead');
  example(command, 'slipway slack manifest --url https://slipway.example.com', 'slipway slack manifest --url https://slipway.example.com --link');
  runs<Options>(host, command, async (session, options) => {
    const url = publicAddress(options.url);
    session.answer(slackAppManifest(url), () => [options.link === true ? slackAppLink(url) : slackAppManifestText(url).trimEnd()]);
  });
  addSlackConnect(host, slack);
}

/** Slack sends to https only. @throws CliError for another address */
function publicAddress(given: string | undefined): string {
  const url = given === undefined || !URL.canParse(given) ? undefined : new URL(given);
  if (url?.protocol !== 'https:' || url.search !== '' || url.hash !== '' || url.username !== '') throw new CliError(EXIT.usage, 'Say where Slack reaches the control plane, over https: slipway slack manifest --url https://slipway.example.com');
  return url.href.replace(/\/+$/, '');
}

/** The post-receive hook of the demo's bare repositories: one signed webhook for each ref that was pushed. Its output is what git shows as "remote:". */
import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { bodyOf, deliver, HookSettings } from './webhook.ts';

const settings = HookSettings.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
for (const line of (await text(process.stdin)).split('\n').filter((part) => part !== '')) {
  const [before = '', after = '', ref = ''] = line.split(' ');
  const sent = { id: randomUUID(), body: bodyOf(settings, { ref, before, after, pusher: process.env.DEMO_PUSHER ?? 'nobody' }) };
  appendFileSync(settings.deliveriesFile, `${JSON.stringify(sent)}\n`);
  const { kind, reason } = await deliver(settings, sent);
  process.stdout.write(`slipway ${kind}: ${reason}\n`);
}

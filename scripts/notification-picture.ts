/**
 * Makes docs/notifications.png: a mail, a signed request and a CDEvent as they are sent, from the very code that sends them, with a key that was made up.
 * `node scripts/notification-picture.ts [chromium]`
 */
import { join } from 'node:path';
import { cloudEventOf, CLOUDEVENTS_TYPE } from '../src/domain/notification/cdevents.ts';
import { noticeId } from '../src/domain/notification/notice.ts';
import type { Notification } from '../src/domain/notification/notification.ts';
import { ofApproval, ofDeployment } from '../src/domain/notification/notifications-of.ts';
import { signatureHeaders, webhookBody } from '../src/domain/notification/webhook.ts';
import { escaped, pictureOfPage } from './picture/of-page.ts';
import { pictured } from './slack-picture/moment.ts';

const WIDTH = 980;
const ADDRESS = 'https://slipway.example.com';
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ABOUT = { team: 'shop', publicUrl: ADDRESS };

const STYLE = `
* { box-sizing: border-box } body { margin: 0; background: #fff; color: #1f2328; font: 14px/1.5 'Noto Sans', 'DejaVu Sans', sans-serif } main { width: ${WIDTH}px; padding: 16px; display: grid; gap: 14px }
section { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden } h2 { margin: 0; font-size: 13px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 14px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 12px; margin: 8px 14px; color: #59636e } dd { margin: 0; color: #1f2328 } p { margin: 8px 14px 12px } pre { font: 11.5px/1.45 'DejaVu Sans Mono', monospace; margin: 0; padding: 10px 14px; white-space: pre-wrap; overflow-wrap: anywhere }`;

const { pipeline, deployments } = pictured();
const [staging, production] = deployments;
const approval = production?.approvals[0];
if (staging === undefined || approval === undefined) throw new Error('the moment has no staging that serves, or no approval');
const asked = ofApproval({ ...approval, token: 'none' }, pipeline.id, ABOUT)[0];
const serves = ofDeployment(staging.deployment, pipeline, ABOUT).at(-1);
if (asked === undefined || serves === undefined) throw new Error('nothing is told of the moment');

function request(notification: Notification, type: string, bodyOf: (id: string) => string): string {
  const id = noticeId(notification, 'shop', 'picture');
  const body = bodyOf(id);
  const headers = { 'content-type': type, 'user-agent': 'slipway', ...signatureHeaders(SECRET, id, Math.floor(notification.at / 1000), body) };
  return `<pre>${escaped(['POST /slipway', ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', JSON.stringify(JSON.parse(body), null, 2)].join('\n'))}</pre>`;
}

const html = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main>
<section><h2>A mail</h2><dl><dt>From</dt><dd>slipway@example.com</dd><dt>To</dt><dd>on-call@example.com</dd><dt>Subject</dt><dd><b>${escaped(asked.title)}</b></dd></dl><p>${escaped(asked.text)}</p><p>${escaped(asked.url ?? '')}</p></section>
<section><h2>A signed request</h2>${request(serves, 'application/json', () => webhookBody(serves))}</section>
<section><h2>A CDEvent</h2>${request(serves, CLOUDEVENTS_TYPE, (id) => JSON.stringify(cloudEventOf(serves, id, { publicUrl: ADDRESS })))}</section></main>`;
await pictureOfPage(join(import.meta.dirname, '../docs/notifications.png'), html, { width: WIDTH });

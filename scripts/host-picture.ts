/**
 * Makes docs/git-host.png: what GitHub shows of a release, from the very texts that Slipway tells it, drawn about as GitHub draws them.
 * `node scripts/host-picture.ts [chromium]`
 */
import { join } from 'node:path';
import { deploymentOf, statusOf } from '../src/domain/host-facts.ts';
import { describePlan } from '../src/domain/planner/describe-plan.ts';
import { commentText } from '../src/domain/pull-request.ts';
import { escaped, pictureOfPage } from './picture/of-page.ts';
import { pictured } from './slack-picture/moment.ts';

const PATH = join(import.meta.dirname, '../docs/git-host.png');
const WIDTH = 900;
const REPOSITORY = 'https://github.com/acme/shop';
const ADDRESS = 'https://slipway.example.com';

const STYLE = `
* { box-sizing: border-box } body { margin: 0; background: #fff; color: #1f2328; font: 14px/1.5 'Noto Sans', 'DejaVu Sans', sans-serif } main { width: ${WIDTH}px; padding: 16px; display: grid; gap: 14px }
section { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden } h2 { margin: 0; font-size: 13px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 14px } h3 { margin: 10px 0 4px; font-size: 17px; border-bottom: 1px solid #d1d9e0; padding-bottom: 4px }
.body { padding: 6px 14px 12px } pre { font: 11.5px/1.45 'DejaVu Sans Mono', monospace; background: #f6f8fa; border-radius: 6px; padding: 12px; white-space: pre-wrap } code { font: 12px 'DejaVu Sans Mono', monospace; background: #eff1f3; border-radius: 4px; padding: 2px 5px }
.row { display: flex; gap: 10px; align-items: baseline; padding: 8px 14px; border-top: 1px solid #eaeef2 } .row:first-of-type { border-top: 0 } .row span { color: #59636e } .row a { margin-left: auto; color: #0969da } .dot { width: 10px; height: 10px; border-radius: 5px; flex: none; align-self: center } .pending { background: #bf8700 } .success { background: #1a7f37 }`;

const row = (tone: 'pending' | 'success', name: string, text: string, link: string): string => `<div class="row"><i class="dot ${tone}"></i><b>${escaped(name)}</b><span>${escaped(text)}</span><a>${link}</a></div>`;

/** Of Markdown, what the comment uses: a heading, code and a block of it. */
const rendered = (text: string): string => text.replace(/<!--[^]*?-->\s*/g, '').split(/\n\n(?=###|Commit|```)/).map((part) => {
  if (part.startsWith('### ')) return `<h3>${escaped(part.slice(4))}</h3>`;
  const [, code] = /^```text\n([^]*)\n```/.exec(part) ?? [];
  return code === undefined ? `<p>${escaped(part).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>` : `<pre>${escaped(code)}</pre>`;
}).join('');

const detail = pictured();
const pipeline = { ...detail.pipeline, repository: REPOSITORY };
const status = statusOf(pipeline, ADDRESS);
const deployments = detail.deployments.flatMap(({ deployment }) => deploymentOf(pipeline, deployment, ADDRESS, 'https://shop.example.com') ?? []);
const comment = commentText(pipeline.commit ?? '', [['catalog/slipway.yaml', ...detail.deployments.flatMap(({ deployment }) => ['', ...describePlan(deployment.plan, 'proposal')])]]);
const html = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main>
<section><h2>slipway commented on a pull request</h2><div class="body">${rendered(comment)}</div></section>
<section><h2>Checks of the commit ${escaped((pipeline.commit ?? '').slice(0, 7))}</h2>${status === null ? '' : row('pending', status.context, status.description, 'Details')}</section>
<section><h2>Deployments</h2>${deployments.map(({ environment, description, state }) => row(state === 'success' ? 'success' : 'pending', environment, description, state === 'success' ? 'View deployment' : 'View logs')).join('')}</section></main>`;

await pictureOfPage(PATH, html, { width: WIDTH });

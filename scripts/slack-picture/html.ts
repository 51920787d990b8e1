/** Blocks of Slack as HTML, about as Slack shows them. */
import type { Button, SlackBlock } from '../../src/contracts/slack/blocks.ts';
import type { SlackMessage } from '../../src/ports/slack-messages.ts';

export interface Drawn {
  readonly thread: boolean;
  readonly message: SlackMessage;
}

const STYLE = `
* { box-sizing: border-box } body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.46 'Lato', 'Noto Sans', 'DejaVu Sans', 'Noto Color Emoji', sans-serif }
main { padding: 14px 16px 10px; width: 430px }
.who { display: flex; gap: 8px; align-items: center; font-weight: 900; margin-bottom: 4px } .who i { width: 30px; height: 30px; border-radius: 6px; background: #1f2a44; color: #fff; display: grid; place-items: center; font-style: normal } .who b { font-size: 10px; background: #eee; color: #616061; border-radius: 3px; padding: 0 3px }
h3 { font-size: 18px; margin: 6px 0 } .section { margin: 7px 0; white-space: pre-wrap; overflow-wrap: anywhere } .context { color: #616061; font-size: 12.5px; margin: 5px 0; white-space: pre-wrap; overflow-wrap: anywhere }
code { font: 12px/1.5 'DejaVu Sans Mono', monospace; color: #c01343; background: #f6f6f6; border: 1px solid #ddd; border-radius: 3px; padding: 1px 3px } pre { font: 12px/1.5 'DejaVu Sans Mono', monospace; background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; padding: 7px; margin: 4px 0; white-space: pre-wrap }
.actions { display: flex; gap: 8px; margin: 9px 0 } button { font: 700 13px 'DejaVu Sans', sans-serif; padding: 6px 12px; border-radius: 4px; border: 1px solid #bbb; background: #fff } .primary { background: #007a5a; border-color: #007a5a; color: #fff } .danger { background: #e01e5a; border-color: #e01e5a; color: #fff }
.mention { color: #1264a3; background: #e8f5fa; border-radius: 3px; padding: 0 2px } a { color: #1264a3; text-decoration: none }
.thread { border-left: 3px solid #ddd; margin-left: 6px; padding-left: 10px; font-size: 13.5px } .replies { margin: 10px 0 2px; color: #1264a3; font-weight: 700; font-size: 12.5px } hr { border: 0; border-top: 1px solid #ddd }`;

/** @param names members by their ids */
export function htmlOf(drawn: readonly Drawn[], names: ReadonlyMap<string, string>): string {
  const [first, ...replies] = drawn.map(({ message }) => (message.blocks ?? []).map((block) => blockHtml(block, names)).join(''));
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main><div class="who"><i>⛵</i>slipway <b>APP</b></div>${first ?? ''}<div class="replies">${replies.length} replies</div><div class="thread">${replies.join('')}</div></main>`;
}

function blockHtml(block: SlackBlock, names: ReadonlyMap<string, string>): string {
  switch (block.type) {
    case 'header': return `<h3>${plain(block.text.text)}</h3>`;
    case 'section': return `<div class="section">${markup(block.text.text, names)}</div>`;
    case 'context': return `<div class="context">${block.elements.map(({ text }) => markup(text, names)).join(' ')}</div>`;
    case 'actions': return `<div class="actions">${block.elements.map(button).join('')}</div>`;
    case 'divider': return '<hr>';
    case 'input': return '';
  }
}

const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const button = ({ text, style }: Button): string => `<button class="${style ?? ''}">${plain(text.text)}</button>`;

/** What is escaped in markup is escaped for HTML already. Code is taken out first: nothing in it is markup. */
function markup(text: string, names: ReadonlyMap<string, string>): string {
  const kept: string[] = [];
  const keep = (html: string): string => `\u0001${kept.push(html) - 1}\u0001`;
  return text
    .replaceAll(/```\n?([^]*?)\n?```/g, (_all, inner: string) => keep(`<pre>${inner}</pre>`))
    .replaceAll(/`([^`\n]+)`/g, (_all, inner: string) => keep(`<code>${inner}</code>`))
    .replaceAll(/<@(\w+)>/g, (_all, member: string) => keep(`<span class="mention">@${names.get(member) ?? member}</span>`))
    .replaceAll(/<!date\^(\d+)\^([^|]*)\|[^>]*>/g, (_all, at: string, form: string) => keep(dateText(Number(at), form)))
    .replaceAll(/<([^|>]+)\|([^>]*)>/g, (_all, _url: string, shown: string) => keep(`<a>${shown}</a>`))
    .replaceAll(/\*([^*\n]+)\*/g, '<strong>$1</strong>')
    // eslint-disable-next-line no-control-regex -- put there above, as no text of Slack has it
    .replaceAll(/\u0001(\d+)\u0001/g, (_all, index: string) => kept[Number(index)] ?? '');
}

function dateText(seconds: number, form: string): string {
  const at = new Date(seconds * 1000).toISOString();
  return form.replace('{date_short_pretty}', 'today at').replace('{time}', at.slice(11, 16));
}

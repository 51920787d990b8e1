/**
 * Makes docs/slack.png: a pipeline's message and its thread, from the very blocks that Slipway sends, drawn about as Slack draws them.
 * `node scripts/slack-picture.ts [chromium]`; emoji need a font such as fonts-noto-color-emoji.
 */
import { join } from 'node:path';
import { threadNotes } from '../src/app/slack/show/notes.ts';
import { pipelineMessage } from '../src/app/slack/show/pipeline-message.ts';
import { pictureOfPage } from './picture/of-page.ts';
import { PEOPLE, pictured } from './slack-picture/moment.ts';
import { htmlOf } from './slack-picture/html.ts';

const PATH = join(import.meta.dirname, '../docs/slack.png');
/** The width of a phone. */
const WIDTH = 430;

const detail = pictured();
const html = htmlOf([{ thread: false, message: pipelineMessage(detail, PEOPLE, null) }, ...threadNotes(detail, PEOPLE, []).map(({ message }) => ({ thread: true, message }))], new Map(PEOPLE.flatMap(({ name, slack }) => (slack === undefined ? [] : [[slack, name]]))));
await pictureOfPage(PATH, html, { width: WIDTH, scale: 1.25 });

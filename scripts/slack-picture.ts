/**
 * Makes docs/slack.png: a pipeline's message and its thread, from the very blocks that Slipway sends, drawn about as Slack draws them.
 * `node scripts/slack-picture.ts [chromium]`; emoji need a font such as fonts-noto-color-emoji.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { threadNotes } from '../src/app/slack/show/notes.ts';
import { pipelineMessage } from '../src/app/slack/show/pipeline-message.ts';
import { PEOPLE, pictured } from './slack-picture/moment.ts';
import { htmlOf } from './slack-picture/html.ts';

const PATH = join(import.meta.dirname, '../docs/slack.png');
/** The width of a phone. */
const WIDTH = 430;

const detail = pictured();
const html = htmlOf([{ thread: false, message: pipelineMessage(detail, PEOPLE, null) }, ...threadNotes(detail, PEOPLE, []).map(({ message }) => ({ thread: true, message }))], new Map(PEOPLE.flatMap(({ name, slack }) => (slack === undefined ? [] : [[slack, name]]))));
const browser = await chromium.launch({ executablePath: process.argv[2] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
try {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 800 }, deviceScaleFactor: 1.25 });
  await page.setContent(html);
  const picture = await page.locator('main').screenshot();
  writeFileSync(PATH, picture);
  process.stdout.write(`${PATH}: ${Math.round(picture.length / 1024)} KB\n`);
} finally {
  await browser.close();
}

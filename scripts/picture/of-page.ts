/** A picture of a page that is made here, for the docs. */
import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export interface Size {
  readonly width: number;
  /** Pixels of the picture for each of the page. */
  readonly scale?: number;
}

/** Draws `main` of the page in the Chromium that the command line names, and says how large the file is. */
export async function pictureOfPage(path: string, html: string, { width, scale = 1 }: Size): Promise<void> {
  const browser = await chromium.launch({ executablePath: process.argv[2] ?? '/usr/bin/chromium', args: ARGUMENTS });
  try {
    const page = await browser.newPage({ viewport: { width, height: 800 }, deviceScaleFactor: scale });
    await page.setContent(html);
    const picture = await page.locator('main').screenshot();
    writeFileSync(path, picture);
    process.stdout.write(`${path}: ${Math.round(picture.length / 1024)} KB\n`);
  } finally {
    await browser.close();
  }
}

export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

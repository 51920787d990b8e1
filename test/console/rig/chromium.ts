/** The Chromium that the console is looked at with. */
import { chromium, type Browser } from 'playwright-core';

/** No telemetry, no updates, no QUIC: it talks to 127.0.0.1 and nobody else. */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-color-profile=srgb'];

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: process.env['SLIPWAY_CHROMIUM'] ?? '/usr/bin/chromium', args: ARGUMENTS });

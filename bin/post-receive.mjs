#!/usr/bin/env node
// The post-receive hook of a bare repository on this machine: tells Slipway of each pushed reference, signed as GitHub signs.
// It never fails a push that git has taken already: what goes wrong is said to whoever pushed.
// In hooks/post-receive:  exec node /path/to/slipway/bin/post-receive.mjs --home /path/to/.slipway
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const ANSWER_WAIT_MS = 10_000;
const ZEROS = /^0+$/;

const { values } = parseArgs({ options: { home: { type: 'string' } } });
const home = resolve(values.home ?? process.env.SLIPWAY_HOME ?? join(homedir(), '.slipway'));
const say = (line) => process.stderr.write(`slipway: ${line}\n`);

function inHome(name, hint) {
  try {
    return readFileSync(join(home, name), 'utf8').trim();
  } catch (error) {
    throw new Error(`${join(home, name)} cannot be read (${error.code}). ${hint}`, { cause: error });
  }
}

async function tell(before, after, ref) {
  const address = inHome('address', 'No control plane runs there: start it with "slipway up", then push an empty commit.');
  const repository = resolve(process.env.GIT_DIR ?? '.');
  const body = JSON.stringify({ ref, before, after, deleted: ZEROS.test(after), repository: { clone_url: repository }, pusher: { name: process.env.SLIPWAY_PUSHER ?? userInfo().username } });
  const signature = createHmac('sha256', inHome('webhook-secret', 'Start the control plane once: slipway up')).update(body).digest('hex');
  const response = await fetch(`${address}/webhooks/github`, {
    method: 'POST', body, signal: AbortSignal.timeout(ANSWER_WAIT_MS),
    headers: { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': randomUUID(), 'x-hub-signature-256': `sha256=${signature}` },
  });
  const answer = await response.json();
  say(`${ref}: ${answer.reason ?? answer.detail ?? `answered with status ${response.status}`}`);
}

for (const line of readFileSync(0, 'utf8').split('\n').filter((text) => text !== '')) {
  const [before, after, ref] = line.split(' ');
  try {
    await tell(before, after, ref);
  } catch (error) {
    say(`not told of ${ref}: ${error.message}`);
  }
}

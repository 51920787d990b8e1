/**
 * The platform of this example: serves the sites of a folder, each request from one release by the weights in route.json.
 *
 *   node serve.mjs ROOT PORT          http://127.0.0.1:PORT/SERVICE.ENVIRONMENT/path
 */
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, sep } from 'node:path';

const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript', json: 'application/json', svg: 'image/svg+xml', png: 'image/png' };

export function createSiteServer(root, random = Math.random) {
  return createServer((request, response) => {
    answer(root, random, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

async function answer(root, random, request, response) {
  const [, site = '', ...rest] = decodeURIComponent(new URL(request.url, 'http://site').pathname).split('/');
  const folder = /^[a-z0-9-]+\.[a-z0-9-]+$/.test(site) ? join(root, site) : undefined;
  const release = folder === undefined ? undefined : chosen(await weightsIn(folder), random);
  if (release === undefined) return end(response, 503, 'Nothing serves here.');
  const top = join(folder, 'releases', release);
  const asked = join(top, ...rest);
  const path = (await stat(asked).catch(() => undefined))?.isDirectory() ? join(asked, 'index.html') : asked;
  const real = await realpath(path).catch(() => undefined);
  // Neither ".." nor a link leads out of a release.
  if (real === undefined || !real.startsWith((await realpath(top)) + sep)) return end(response, 404, 'There is no such page.');
  response.writeHead(200, { 'content-type': TYPES[real.split('.').at(-1)] ?? 'application/octet-stream', 'x-release': release });
  createReadStream(real).on('error', () => response.destroy()).pipe(response);
}

const weightsIn = async (folder) => JSON.parse(await readFile(join(folder, 'route.json'), 'utf8').catch(() => '{}'));

/** A number from 0 to 100 falls into one release's part. */
export function chosen(weights, random) {
  let left = random() * 100;
  for (const [release, weight] of Object.entries(weights)) {
    left -= weight;
    if (left < 0) return release;
  }
  return undefined;
}

function end(response, status, text) {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${text}\n`);
}

if (process.argv[1] === import.meta.filename) {
  const [root, port] = process.argv.slice(2);
  createSiteServer(root, Math.random).listen(Number(port), '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${port}\n`));
}

/** Serves the catalogue on PORT until SIGTERM; requests under way are then finished first. */
import { createServer } from 'node:http';
import { answer } from './app.js';
import { release } from './release.js';

const { PORT = '8080', HOST = '127.0.0.1', GREETING = 'Welcome', SLIPWAY_VERSION = 'local' } = process.env;
const about = { release: release.name, version: SLIPWAY_VERSION, greeting: GREETING, pid: process.pid };
let answered = 0;

function broken(url) {
  if (release.failEvery === 0 || url === '/health' || url === '/about') return false;
  answered += 1;
  return answered % release.failEvery === 0;
}

const server = createServer((request, response) => {
  const said = broken(request.url) ? { status: 500, type: 'application/json', body: '{"error":"the price list is out of reach"}\n' } : answer(request.method, request.url, about);
  response.writeHead(said.status, { 'content-type': said.type, 'content-length': Buffer.byteLength(said.body), 'x-version': about.version });
  response.end(request.method === 'HEAD' ? undefined : said.body);
});

server.listen(Number(PORT), HOST, () => console.log(`catalog ${release.name} listens on ${HOST}:${PORT}`));

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

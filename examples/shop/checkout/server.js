/** Serves quotes on PORT until SIGTERM: POST /quote with a cart as JSON. */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { quote } from './app.js';

const { PORT = '8081', HOST = '127.0.0.1', SLIPWAY_VERSION = 'local' } = process.env;
const BODY_BYTES_MAX = 64 * 1024;

function say(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json', 'x-version': SLIPWAY_VERSION });
  response.end(`${JSON.stringify(value)}\n`);
}

async function answer(request, response) {
  if (request.url === '/health') return say(response, 200, { status: 'ok' });
  if (request.method !== 'POST' || request.url !== '/quote') return say(response, 404, { error: 'POST a cart to /quote' });
  if (!(Number(request.headers['content-length']) <= BODY_BYTES_MAX)) return say(response, 413, { error: 'the cart is too large' });
  const quoted = quote(await json(request).catch(() => undefined));
  return quoted === undefined ? say(response, 400, { error: 'a cart is a list of { priceCents, count }' }) : say(response, 200, quoted);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});
server.listen(Number(PORT), HOST, () => console.log(`checkout listens on ${HOST}:${PORT}`));

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

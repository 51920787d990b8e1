/** The peer of the router's bench: npm http-proxy with a keep-alive agent and the same weights. Arguments: package directory, port, two backend ports. */
import { Agent, createServer } from 'node:http';
import { createRequire } from 'node:module';

const [directory, port, stable, candidate] = process.argv.slice(2);
const { createProxyServer } = createRequire(`${directory}/package.json`)('http-proxy');
const proxy = createProxyServer({ agent: new Agent({ keepAlive: true, maxSockets: 256 }), xfwd: true });
proxy.on('error', (_error, _request, response) => response.writeHead?.(502).end());
createServer((request, response) => proxy.web(request, response, { target: `http://127.0.0.1:${Math.random() < 0.9 ? stable : candidate}` })).listen(Number(port), '127.0.0.1');

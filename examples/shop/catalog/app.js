/** The catalogue's answers: (method, url) -> { status, type, body }. Knows nothing of sockets, so that tests need none. */
import { find, list } from './products.js';

const json = (status, value) => ({ status, type: 'application/json', body: `${JSON.stringify(value)}\n` });
const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function page(about) {
  const rows = list().map(({ name, priceCents }) => `<li>${escape(name)}: ${(priceCents / 100).toFixed(2)}</li>`).join('');
  return { status: 200, type: 'text/html; charset=utf-8', body: `<!doctype html><title>Catalogue</title><h1>${escape(about.greeting)}</h1><ul>${rows}</ul><p>release ${escape(about.release)}, version ${escape(about.version)}</p>\n` };
}

export function answer(method, url, about) {
  const { pathname, searchParams } = new URL(url, 'http://catalog');
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'only GET' });
  if (pathname === '/health') return json(200, { status: 'ok' });
  if (pathname === '/about') return json(200, about);
  if (pathname === '/') return page(about);
  if (pathname === '/products') return json(200, { release: about.release, products: list({ tag: searchParams.get('tag'), text: searchParams.get('text') }) });
  const id = /^\/products\/(\d{1,9})$/.exec(pathname)?.[1];
  const product = id === undefined ? undefined : find(Number(id));
  return product === undefined ? json(404, { error: 'there is no such product' }) : json(200, product);
}

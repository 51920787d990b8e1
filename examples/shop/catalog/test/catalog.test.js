/** Fast tests: run before the build, on every push. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../app.js';

const about = { release: 'test', version: '0', greeting: 'A <b>', pid: 1 };
const get = (url) => answer('GET', url, about);

test('lists products by tag and by text', () => {
  assert.deepEqual(JSON.parse(get('/products?tag=ink').body).products.map(({ id }) => id), [2, 5]);
  assert.deepEqual(JSON.parse(get('/products?text=PEN').body).products.map(({ id }) => id), [1, 4]);
});

test('shows one product, and says when there is none', () => {
  assert.equal(JSON.parse(get('/products/3').body).name, 'Notebook, dotted');
  assert.equal(get('/products/99').status, 404);
});

test('the page shows text as text', () => {
  assert.match(get('/').body, /A &#60;b&#62;/);
});

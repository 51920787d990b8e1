import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quote } from '../app.js';

test('adds shipping under the limit, and none from there on', () => {
  assert.deepEqual(quote([{ priceCents: 190, count: 2 }]), { goodsCents: 380, shippingCents: 490, totalCents: 870 });
  assert.deepEqual(quote([{ priceCents: 2500, count: 2 }]), { goodsCents: 5000, shippingCents: 0, totalCents: 5000 });
});

test('refuses what is no cart', () => {
  for (const wrong of [null, [], {}, [{ priceCents: -1, count: 1 }], [{ priceCents: 1, count: 0.5 }]]) assert.equal(quote(wrong), undefined);
});

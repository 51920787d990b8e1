/** A test against a running catalogue, at BASE_URL: every product of the list can be opened. */
const base = process.env.BASE_URL;
const { products } = await (await fetch(new URL('/products', base))).json();
if (products.length === 0) throw new Error('the list is empty');
for (const { id, name } of products) {
  const response = await fetch(new URL(`/products/${id}`, base));
  const product = await response.json();
  if (response.status !== 200 || product.name !== name) throw new Error(`product ${id}: ${response.status} ${JSON.stringify(product)}`);
}
console.log(`${products.length} products can be opened`);

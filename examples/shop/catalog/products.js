/** The catalogue: prices in cents. */
const PRODUCTS = [
  { id: 1, name: 'Fountain pen', priceCents: 3490, tags: ['writing'] },
  { id: 2, name: 'Ink, midnight blue', priceCents: 1150, tags: ['writing', 'ink'] },
  { id: 3, name: 'Notebook, dotted', priceCents: 1690, tags: ['paper'] },
  { id: 4, name: 'Pencil, soft', priceCents: 190, tags: ['writing'] },
  { id: 5, name: 'Blotting paper', priceCents: 490, tags: ['paper', 'ink'] },
];

export const find = (id) => PRODUCTS.find((product) => product.id === id);

/** Products with a tag and with a text in their name; what is not given does not matter. */
export function list({ tag, text } = {}) {
  return PRODUCTS.filter((product) => (tag == null || product.tags.includes(tag)) && (text == null || product.name.toLowerCase().includes(text.toLowerCase())));
}

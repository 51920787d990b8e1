/** What a cart costs: [{ priceCents, count }] -> { goodsCents, shippingCents, totalCents }. */
const FREE_SHIPPING_FROM_CENTS = 5000;
const SHIPPING_CENTS = 490;

const valid = (line) => Number.isSafeInteger(line?.priceCents) && line.priceCents >= 0 && Number.isSafeInteger(line.count) && line.count > 0 && line.count <= 1000;

export function quote(lines) {
  if (!Array.isArray(lines) || lines.length === 0 || lines.length > 100 || !lines.every(valid)) return undefined;
  const goodsCents = lines.reduce((sum, { priceCents, count }) => sum + priceCents * count, 0);
  const shippingCents = goodsCents >= FREE_SHIPPING_FROM_CENTS ? 0 : SHIPPING_CENTS;
  return { goodsCents, shippingCents, totalCents: goodsCents + shippingCents };
}

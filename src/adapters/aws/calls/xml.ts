/** The answers of query services, of which only single texts are read: no package for XML is worth its part of a bundle. */

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: '\'' };

/** The text of the first element of this name that holds text only; undefined when there is none. Numeric entities do not come in what AWS names. */
export function elementIn(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found?.replace(/&(lt|gt|amp|quot|apos);/g, (_whole, entity: string) => ENTITIES[entity] ?? '').trim();
}

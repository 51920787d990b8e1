/** Which addresses Slipway may send to: nothing that answers only because the request comes from inside. Pure. */

/** Never a host somebody means: instance metadata, link-local neighbours, this network, many hosts at once. */
const FORBIDDEN_V4: readonly (readonly [base: string, bits: number])[] = [
  ['0.0.0.0', 8], ['169.254.0.0', 16], ['192.0.0.192', 32], ['100.100.100.200', 32], ['168.63.129.16', 32], ['224.0.0.0', 4], ['240.0.0.0', 4],
];

const numberOf = (v4: string): number => v4.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const isIn = (address: string, [base, bits]: readonly [string, number]): boolean => Math.floor(numberOf(address) / 2 ** (32 - bits)) === Math.floor(numberOf(base) / 2 ** (32 - bits));
const isV4 = (text: string): boolean => /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/.test(text);

/** Eight groups of 16 bits; undefined for what is no IPv6 address. */
function groupsOf(text: string): number[] | undefined {
  const plain = text.replace(/%.*$/, '').replace(/(?:^|:)((?:\d{1,3}\.){3}\d{1,3})$/, (whole, v4: string) => {
    const number = numberOf(v4);
    return `${whole.startsWith(':') ? ':' : ''}${Math.floor(number / 65_536).toString(16)}:${(number % 65_536).toString(16)}`;
  });
  const [head = '', tail, ...more] = plain.split('::');
  if (more.length > 0) return undefined;
  const parse = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [left, right] = [parse(head), tail === undefined ? [] : parse(tail)];
  if (tail === undefined ? left.length !== 8 : left.length + right.length > 7) return undefined;
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? all.map((group) => Number.parseInt(group, 16)) : undefined;
}

/** The IPv4 address that one of IPv6 stands for: mapped, compatible, translated (64:ff9b::/96) or 6to4. */
function embeddedV4(groups: readonly number[]): string | undefined {
  const v4 = (high: number, low: number): string => [Math.floor(high / 256), high % 256, Math.floor(low / 256), low % 256].join('.');
  const [a = 0, b = 0, c = 0] = groups;
  const isPrefix = (length: number): boolean => groups.slice(0, length).every((group) => group === 0);
  if (isPrefix(5) && groups[5] === 0xffff) return v4(groups[6] ?? 0, groups[7] ?? 0);
  if (isPrefix(6) && (groups[6] ?? 0) !== 0) return v4(groups[6] ?? 0, groups[7] ?? 0);
  if (a === 0x64 && b === 0xff9b && groups.slice(2, 6).every((group) => group === 0)) return v4(groups[6] ?? 0, groups[7] ?? 0);
  if (a === 0x2002) return v4(b, c);
  return undefined;
}

export type AddressKind = 'loopback' | 'forbidden' | 'other';

/** @param address of IPv4 or IPv6, as a resolver gives it; anything else is forbidden */
export function kindOfAddress(address: string): AddressKind {
  if (isV4(address)) return isIn(address, ['127.0.0.0', 8]) ? 'loopback' : FORBIDDEN_V4.some((range) => isIn(address, range)) ? 'forbidden' : 'other';
  const groups = groupsOf(address);
  if (groups === undefined) return 'forbidden';
  if (groups.slice(0, 7).every((group) => group === 0)) return groups[7] === 1 ? 'loopback' : 'forbidden';
  const v4 = embeddedV4(groups);
  if (v4 !== undefined) return kindOfAddress(v4);
  const [first = 0] = groups;
  const isLinkLocal = first >= 0xfe80 && first <= 0xfebf;
  const isMetadata = address.toLowerCase().startsWith('fd00:ec2:') || (first === 0xfd20 && groups[1] === 0xce);
  return isLinkLocal || isMetadata || first >= 0xff00 ? 'forbidden' : 'other';
}

/** What stands against sending to this URL, as far as it can be said without asking a resolver; null when nothing does. */
export function urlProblem(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return 'is no address of the form https://HOST/PATH.';
  if (url.username !== '' || url.password !== '') return 'holds a user or a password. Sign the requests with a secret instead: secret: NAME.';
  if (url.hash !== '') return 'has a fragment (#...), which is never sent. Leave it away.';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isLiteral = isV4(host) || host.includes(':');
  const kind = isLiteral ? kindOfAddress(host) : host === 'localhost' || host.endsWith('.localhost') ? 'loopback' : 'other';
  if (kind === 'forbidden') return `${host} is an address of this network's own machinery (metadata, link-local, multicast), to which nothing is sent.`;
  if (url.protocol === 'http:' && kind !== 'loopback') return 'is not encrypted. Use https://; http:// is only for this machine (127.0.0.1, localhost).';
  return null;
}

/** What of requests and answers may be kept and shown: never what opens something. */

export const REDACTED = '(redacted)';

/** Names of headers, parameters and fields whose values are secrets, wherever they are part of a name. */
const SECRET_NAME = /authorization|cookie|password|passwd|secret|token|api-?_?key|access-?_?key|private|credential|signature|session|csrf|xsrf|otp|jwt|(?:^|[^a-z])(?:auth|key|pin|sig|code)(?:$|[^a-z])/i;
/** Text that is a secret by its form: a JSON web token, a bearer token, a private key, an address with a password. */
const SECRET_VALUE = /eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.|\bbearer\s+\S{8,}|-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:gh[pousr]|xox[abps])[-_][A-Za-z0-9-]{10,}|\bAKIA[0-9A-Z]{16}\b|:\/\/[^\s/:@]*:[^\s/@]+@/i;
/** A parameter in text that has an address in it, or is one. */
const PARAMETER = /[?&;#]([^\s=&?#;]{1,200})=/g;

const TARGET_MAX = 300;
const VALUE_MAX = 200;

/** camelCase as the words it is of: `apiKey` -> `api Key`. */
const words = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2');
export const isSecretName = (name: string): boolean => SECRET_NAME.test(words(name));
export const isSecretValue = (value: string): boolean => SECRET_VALUE.test(value) || Array.from(value.matchAll(PARAMETER)).some(([, name = '']) => isSecretName(decoded(name)));

/** Path and query; the values of parameters with a secret's name, and what is a secret by its form, are left out. */
export function redactedTarget(target: string, maximum = TARGET_MAX): string {
  const at = target.indexOf('?');
  if (at < 0) return cut(redactedPath(target), maximum);
  const query = target.slice(at + 1).split('&').map((part) => {
    const equals = part.indexOf('=');
    if (equals < 0) return isSecretValue(decoded(part)) ? 'REDACTED' : part;
    const [name, value] = [decoded(part.slice(0, equals)), decoded(part.slice(equals + 1))];
    return isSecretName(name) || isSecretValue(value) ? `${part.slice(0, equals)}=REDACTED` : part;
  });
  return cut(`${redactedPath(target.slice(0, at))}?${query.join('&')}`, maximum);
}

/** Links that log somebody in have what they open in a segment. */
const redactedPath = (path: string): string => path.split('/').map((segment) => (isSecretValue(decoded(segment)) ? 'REDACTED' : segment)).join('/');

/** A value for an example. */
export function redactedValue(field: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  return isSecretName(field) || isSecretValue(value) ? REDACTED : cut(value, VALUE_MAX);
}

/** JSON with the values of secret names replaced; for bodies that are kept. */
export function redactedJson(value: unknown): unknown {
  if (typeof value === 'string') return isSecretValue(value) ? REDACTED : value;
  if (Array.isArray(value)) return value.map(redactedJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, isSecretName(name) ? REDACTED : redactedJson(member)]));
}

const cut = (text: string, maximum: number): string => (text.length > maximum ? `${text.slice(0, maximum - 1)}…` : text);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

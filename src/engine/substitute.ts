/** `${Name}` in a definition, as CloudFormation's DefinitionSubstitutions fill it. */
import { InvalidInput } from '../domain/errors.ts';

const PLACEHOLDER = /\$\{([^}]*)\}/g;

/**
 * Fills every `${Name}` of a definition, given as text or as parsed JSON, and answers the parsed definition.
 * @throws InvalidInput for a name without a value, or for text that is no JSON
 */
export const substitute = (definition: unknown, values: Readonly<Record<string, string>>): unknown => {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  const unknown = new Set<string>();
  const filled = text.replaceAll(PLACEHOLDER, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) unknown.add(name);
    return value === undefined ? whole : JSON.stringify(value).slice(1, -1);
  });
  if (unknown.size > 0) {
    throw new InvalidInput(`The definition names ${[...unknown].map((name) => `\${${name}}`).join(', ')}, for which no value was given. Known are: ${Object.keys(values).sort().join(', ') || 'none'}.`, { unknown: [...unknown] });
  }
  try {
    return JSON.parse(filled) as unknown;
  } catch (cause) {
    throw new InvalidInput(`The definition is no JSON: ${String(cause)}`, {}, { cause });
  }
};

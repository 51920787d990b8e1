/**
 * What a bundle has in the place of a schema that is made while its module is loaded: the same schema, made when something is first asked of it.
 *
 * Until then it is an empty object whose prototype answers: the first property that is read makes the schema and gives the object its properties
 * and its prototype. From then on it is a schema as any other, and nothing stands between.
 */
import { globalRegistry } from 'zod';

/**
 * @template {object} T
 * @param {() => T} make
 * @returns {T}
 */
// @__NO_SIDE_EFFECTS__
export function lazySchema(make) {
  const become = (schema) => {
    const made = make();
    Object.defineProperties(schema, Object.getOwnPropertyDescriptors(made));
    Object.setPrototypeOf(schema, Object.getPrototypeOf(made));
    // zod keeps descriptions beside schemas, by identity.
    const meta = globalRegistry.get(made);
    if (meta !== undefined) globalRegistry.add(schema, meta);
    return schema;
  };
  const schema = Object.create(new Proxy({}, {
    get: (_target, property) => Reflect.get(become(schema), property),
    has: (_target, property) => Reflect.has(become(schema), property),
    set: (_target, property, value) => Reflect.set(become(schema), property, value),
  }));
  return schema;
}

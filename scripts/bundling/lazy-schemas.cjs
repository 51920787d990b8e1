/** Makes schemas at their first use, in bundles: docs/decisions/0020. Plugins of serverless-esbuild are CommonJS. */
const { readFile } = require('node:fs/promises');
const { dirname, join, sep } = require('node:path');
const { parse } = require('acorn');
const { transform } = require('esbuild');

const SOURCES = ['src', 'functions'].map((folder) => join(__dirname, '../..', folder) + sep);

/** What makes a schema of nothing: `z.string()`. */
const MAKERS = new Set([
  'any', 'array', 'base64', 'base64url', 'bigint', 'boolean', 'custom', 'date', 'discriminatedUnion', 'email', 'enum', 'intersection', 'int', 'ipv4', 'ipv6', 'lazy', 'literal', 'looseObject', 'map', 'never', 'null', 'number',
  'object', 'partialRecord', 'pipe', 'preprocess', 'record', 'set', 'strictObject', 'string', 'templateLiteral', 'transform', 'tuple', 'undefined', 'union', 'unknown', 'url', 'uuid',
]);
/** `z.iso.datetime()` */
const FAMILIES = { iso: new Set(['date', 'datetime', 'duration', 'time']), coerce: new Set(['bigint', 'boolean', 'date', 'number', 'string']) };
/** What makes a schema of a schema. */
const CHANGES = new Set([
  'and', 'array', 'brand', 'catch', 'catchall', 'check', 'default', 'describe', 'endsWith', 'exclude', 'extend', 'extract', 'gt', 'gte', 'includes', 'int', 'length', 'loose', 'lowercase', 'lt', 'lte', 'max', 'meta', 'min', 'multipleOf',
  'nonempty', 'nonnegative', 'nonoptional', 'nullable', 'nullish', 'omit', 'optional', 'or', 'overwrite', 'partial', 'pick', 'pipe', 'positive', 'prefault', 'readonly', 'refine', 'regex', 'required', 'safeExtend', 'startsWith', 'strict',
  'strip', 'superRefine', 'toLowerCase', 'toUpperCase', 'transform', 'trim', 'unwrap', 'uppercase',
]);

/** `z.string().max(3)` -> its root `z` and its steps, from the left; undefined for anything that is no chain of names and calls. */
function chainOf(node) {
  const steps = [];
  let at = node;
  while (at.type !== 'Identifier') {
    const called = at.type === 'CallExpression';
    const member = called ? at.callee : at;
    if (member.type !== 'MemberExpression' || member.computed || member.optional || member.property.type !== 'Identifier') return undefined;
    steps.unshift({ name: member.property.name, called });
    at = member.object;
  }
  return { root: at.name, steps };
}

const changes = (steps) => steps.every(({ name, called }) => called && CHANGES.has(name));

function makesSchema(node, { namespaces, schemas }) {
  const chain = chainOf(node);
  if (chain === undefined) return false;
  const { root, steps } = chain;
  if (namespaces.has(root)) {
    const family = steps[0].called || !Object.hasOwn(FAMILIES, steps[0].name) ? undefined : FAMILIES[steps[0].name];
    const [first, ...rest] = family === undefined ? steps : steps.slice(1);
    return first !== undefined && first.called && (family ?? MAKERS).has(first.name) && changes(rest);
  }
  if (!schemas.has(root)) return false;
  const [first, second, ...rest] = steps;
  // `Environment.shape.zones.optional()`
  const after = first.name === 'shape' && !first.called && second !== undefined && !second.called ? rest : steps;
  return after.length > 0 && changes(after);
}

const isFunction = ({ type }) => type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression' || type === 'ClassBody';
const childrenOf = (node) => Object.values(node).flat().filter((child) => typeof child?.type === 'string');

/** Types and schemas have capitals, in this code. */
const isNamedAsSchema = (name) => /^[A-Z]/.test(name) && /[a-z]/.test(name);

/** The expressions of a module (in JavaScript) that make a schema while it is loaded; the outermost of each. */
function schemaExpressions(code) {
  const known = { namespaces: new Set(), schemas: new Set() };
  const found = [];
  const visit = (node) => {
    if (isFunction(node)) return;
    if (node.type === 'CallExpression' && makesSchema(node, known)) return void found.push({ start: node.start, end: node.end });
    if (node.type === 'VariableDeclarator' && node.init?.type === 'CallExpression' && makesSchema(node.init, known) && node.id.type === 'Identifier') known.schemas.add(node.id.name);
    for (const child of childrenOf(node)) visit(child);
  };
  const { body } = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  for (const statement of body) {
    if (statement.type !== 'ImportDeclaration') continue;
    for (const { type, local } of statement.specifiers) {
      if (statement.source.value === 'zod' && type === 'ImportNamespaceSpecifier') known.namespaces.add(local.name);
      else if (statement.source.value.startsWith('.') && isNamedAsSchema(local.name)) known.schemas.add(local.name);
    }
  }
  for (const statement of body) visit(statement);
  return found;
}

/**
 * @param {string} code a module, in JavaScript
 * @returns {string | undefined} the same module, whose schemas are made at their first use; undefined where it makes none
 */
function withLazySchemas(code) {
  const found = schemaExpressions(code);
  if (found.length === 0) return undefined;
  const changed = found.toReversed().reduce((text, { start, end }) => `${text.slice(0, start)}/* @__PURE__ */ __lazySchema(() => ${text.slice(start, end)})${text.slice(end)}`, code);
  return `import { lazySchema as __lazySchema } from 'slipway:lazy-schema';\n${changed}`;
}

/** Making all schemas that a bundle holds takes longer than anything else it does while it starts, and one call needs few of them. */
const lazySchemas = {
  name: 'lazy-schemas',
  setup: (build) => {
    build.onResolve({ filter: /^slipway:lazy-schema$/ }, () => ({ path: join(__dirname, 'lazy-schema.mjs'), sideEffects: false }));
    build.onLoad({ filter: /[\\/](?:src|functions)[\\/].*\.ts$/ }, async ({ path }) => {
      if (!SOURCES.some((folder) => path.startsWith(folder))) return undefined;
      const source = await readFile(path, 'utf8');
      if (!source.includes("from 'zod'")) return undefined;
      const { code } = await transform(source, { loader: 'ts', target: 'esnext', format: 'esm', sourcefile: path });
      const contents = withLazySchemas(code);
      return contents === undefined ? undefined : { contents, loader: 'js', resolveDir: dirname(path) };
    });
  },
};

module.exports = { lazySchemas, withLazySchemas, schemaExpressions };

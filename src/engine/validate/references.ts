/** What an expression refers to: variables that it does not bind itself, parts of `$states`, and things that mean nothing here. */
import type jsonata from 'jsonata';

export interface References { readonly variables: ReadonlySet<string>; readonly states: ReadonlySet<string>; readonly problems: readonly string[] }

/** A node of jsonata's syntax tree, as far as it matters here. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly focus?: string;
  readonly index?: string;
  readonly arguments?: readonly Node[];
  readonly expressions?: readonly Node[];
  readonly lhs?: Node | readonly (readonly Node[])[];
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

class Reader {
  readonly variables = new Set<string>();
  readonly states = new Set<string>();
  readonly problems = new Set<string>();

  /** `inside` tells whether there is a context value: in a path after its first step, in a filter, a sort, a group. */
  read(node: Node, bound: Set<string>, inside: boolean): void {
    switch (node.type) {
      case 'variable': return this.variable(node, bound, inside);
      case 'path': return this.path(node, bound, inside);
      case 'block': {
        const inner = new Set(bound);
        for (const one of node.expressions ?? []) this.read(one, inner, inside);
        return undefined;
      }
      case 'bind':
        if (isNode(node.lhs)) bound.add(String(node.lhs.value));
        return this.children(node, bound, inside, ['rhs']);
      case 'lambda': return this.children(node, new Set([...bound, ...(node.arguments ?? []).map((one) => String(one.value))]), inside, ['body']);
      case 'transform': return this.children(node, bound, true, ['pattern', 'update', 'delete']);
      case 'name': case 'wildcard': case 'descendant': case 'parent':
        if (!inside) this.problems.add(`the field '${String(node.value)}' stands for nothing at the beginning of an expression; write $states.input.${String(node.value)}, or the variable's $`);
        return this.children(node, bound, true, ['stages', 'predicate', 'group']);
      default: return this.children(node, bound, inside);
    }
  }

  variable(node: Node, bound: Set<string>, inside: boolean): void {
    const name = String(node.value);
    if (name === '$') this.problems.add("'$$' is not allowed; write $states.input");
    else if (name === '' && !inside) this.problems.add("'$' is not allowed at the top of an expression; write $states.input");
    else if (name !== '' && name !== 'states' && !bound.has(name)) this.variables.add(name);
    this.children(node, bound, true, ['stages', 'predicate', 'group']);
  }

  path(node: Node, bound: Set<string>, inside: boolean): void {
    const [first, second] = node.steps ?? [];
    if (first?.type === 'variable' && first.value === 'states' && second?.type === 'name') this.states.add(String(second.value));
    const inner = new Set(bound);
    for (const [at, one] of (node.steps ?? []).entries()) {
      for (const name of [one.focus, one.index]) if (typeof name === 'string') inner.add(name);
      this.read(one, inner, inside || at > 0);
    }
    this.children(node, inner, true, ['group', 'stages', 'predicate']);
  }

  children(node: Node, bound: Set<string>, inside: boolean, keys: readonly string[] = Object.keys(node)): void {
    for (const key of keys) this.any(node[key], bound, inside);
  }

  any(value: unknown, bound: Set<string>, inside: boolean): void {
    if (Array.isArray(value)) for (const one of value) this.any(one, bound, inside);
    else if (isNode(value)) this.read(value, bound, inside || ['sort', 'filter', 'index'].includes(value.type));
    else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) this.any(one, bound, inside);
  }
}

/** Reads a compiled expression. */
export const referencesOf = (expression: jsonata.Expression): References => {
  const reader = new Reader();
  reader.read(expression.ast() as unknown as Node, new Set(), false);
  return { variables: reader.variables, states: reader.states, problems: [...reader.problems] };
};

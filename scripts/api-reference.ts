/** The operations of the API -> Markdown tables, one for each tag, for docs/api.md. */
import * as z from 'zod';
import { OPERATIONS } from '../src/contracts/api/index.ts';
import { whoMay } from '../src/contracts/api/openapi.ts';
import type { Operation } from '../src/contracts/api/operation.ts';

export function apiTables(): string {
  const tags = [...new Set(OPERATIONS.map(({ tag }) => tag))];
  return tags.map((tag) => [`## ${tag}`, '', '| request | does | who may |', '|---|---|---|', ...OPERATIONS.filter((operation) => operation.tag === tag).map(row), ''].join('\n')).join('\n');
}

const row = (operation: Operation): string => `| \`${operation.method} ${operation.path}\`${asked(operation)} | ${operation.summary}${marks(operation)} | ${whoMay(operation.action)} |`;

/** The names of what is asked with it; `?` for what may be left out. */
function asked({ query, body }: Operation): string {
  const queries = fields(query);
  return [...(queries.length === 0 ? [] : [`query ${queries.map((name) => `\`${name}\``).join(', ')}`]), ...(body === null ? [] : [`\`{ ${fields(body).join(', ')} }\``])].map((part) => ` ${part}`).join('');
}

function fields(schema: z.ZodType): string[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.keys(properties).map((name) => `${name}${required.includes(name) ? '' : '?'}`);
}

const marks = ({ guarded, paged }: Operation): string => `${guarded ? '. Takes `If-Match`' : ''}${paged ? '. In parts' : ''}`;

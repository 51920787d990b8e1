/** Bodies and queries, parsed by a schema; what does not fit is answered field by field. */
import type { Context } from 'hono';
import type * as z from 'zod';
import { InvalidInput } from '../domain/errors.ts';

export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  throw new InvalidInput(issues.map((issue) => `${issue.field || '(body)'}: ${issue.message}`).join('; '), { issues });
}

export async function body<S extends z.ZodType>(context: Context, schema: S): Promise<z.output<S>> {
  let value: unknown;
  try {
    value = JSON.parse(await context.req.text());
  } catch {
    throw new InvalidInput('The body is no JSON.');
  }
  return check(schema, value);
}

export const query = <S extends z.ZodType>(context: Context, schema: S): z.output<S> => check(schema, context.req.query());

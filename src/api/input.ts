/** Paths, queries and bodies, parsed by a schema; what does not fit is answered field by field. */
import type * as z from 'zod';
import { InvalidInput } from '../domain/errors.ts';

export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  throw new InvalidInput(issues.map((issue) => `${issue.field || '(body)'}: ${issue.message}`).join('; '), { issues });
}

/** What was thrown, in words. Read by its shape: what Node throws need not be of this realm's Error. */
import * as z from 'zod';

const Thrown = z.object({ message: z.string(), code: z.string().optional().catch(undefined), cause: z.unknown().optional() });

export const messageOf = (error: unknown): string => Thrown.safeParse(error).data?.message ?? String(error);
/** `ENOENT`, `ECONNREFUSED`: of the error itself, or of what caused it. */
export function codeOf(error: unknown): string | undefined {
  const thrown = Thrown.safeParse(error).data;
  return thrown?.code ?? (thrown?.cause === undefined ? undefined : codeOf(thrown.cause));
}
/** The message of what was at the bottom. */
export function causeOf(error: unknown): string {
  const thrown = Thrown.safeParse(error).data;
  return thrown?.cause === undefined ? messageOf(error) : causeOf(thrown.cause);
}

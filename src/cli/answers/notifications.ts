/** Rules, recipients and notices, as the API answers them: only what is shown. */
import * as z from 'zod';
import { Line } from './text.ts';

const Failure = z.object({ reason: Line });
export const Rules = z.array(z.object({
  name: Line, severity: Line, events: z.array(Line).optional(), teams: z.array(Line).optional(), services: z.array(Line).optional(), environments: z.array(Line).optional(),
  to: z.array(z.object({ describes: Line, trouble: Failure.extend({ since: z.number() }).nullable(), disabled: Failure.nullable(), deliveredAt: z.number().nullable() })),
}));
export type Rules = z.infer<typeof Rules>;

export const Notice = z.object({
  id: Line, rule: Line, describes: Line, notification: z.object({ kind: Line, severity: Line, title: Line, text: Line, at: z.number() }),
  status: z.object({ kind: z.string(), nextAt: z.number().optional(), reason: Line.optional() }), attempts: z.array(z.object({ at: z.number(), outcome: Line, detail: Line, seconds: z.number() })), begun: z.number(),
  asked: z.object({ by: Line, at: z.number() }).nullable(),
});
export type Notice = z.infer<typeof Notice>;
export const Notices = z.array(Notice);

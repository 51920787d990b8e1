/** The only reader of the process's environment. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { InvalidInput } from './domain/errors.ts';

const Port = z.coerce.number().int().min(0).max(65_535);
const Seconds = z.coerce.number().min(0.01).max(86_400);

const Variables = z.object({
  SLIPWAY_HOME: z.string().min(1).optional(),
  SLIPWAY_HOST: z.string().min(1).default('127.0.0.1'),
  SLIPWAY_PORT: Port.default(7420),
  SLIPWAY_ROUTER_PORT: Port.default(7480),
  SLIPWAY_PASS_SECONDS: Seconds.default(5),
  SLIPWAY_EXIT_EVENTS: z.enum(['on', 'off']).default('on'),
});

export interface LocalConfig {
  /** Everything the installation keeps. */
  readonly home: string;
  readonly host: string;
  /** The API's; 0 takes a free one. */
  readonly port: number;
  /** The router's shared port; 0 takes a free one. */
  readonly routerPort: number;
  /** Between two passes over all places. */
  readonly passSeconds: number;
  /** Off: only the schedule repairs, as on a platform that sends no events. */
  readonly exitEvents: boolean;
}

/** @throws InvalidInput naming the variable */
export function localConfig(environment: Readonly<Record<string, string | undefined>>): LocalConfig {
  const parsed = Variables.safeParse(environment);
  if (!parsed.success) throw new InvalidInput(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const values = parsed.data;
  return {
    home: resolve(values.SLIPWAY_HOME ?? join(homedir(), '.slipway')), host: values.SLIPWAY_HOST, port: values.SLIPWAY_PORT, routerPort: values.SLIPWAY_ROUTER_PORT,
    passSeconds: values.SLIPWAY_PASS_SECONDS, exitEvents: values.SLIPWAY_EXIT_EVENTS === 'on',
  };
}

/** The environment of this process; read here and nowhere else. */
export const processEnvironment = (): Readonly<Record<string, string | undefined>> => process.env;

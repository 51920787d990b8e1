/** A target in a file of the user's: what it exports. The only place where a module is loaded by a name that is not known before. */
import { pathToFileURL } from 'node:url';
import { targetError, type Send } from '../../../contracts/own-target.ts';
import { NotSupported } from '../../../domain/errors.ts';

/** @throws NotSupported for a file that cannot be loaded or does not export such a function */
export async function exportedFunction(path: string, name: string): Promise<(...given: unknown[]) => unknown> {
  const loaded = await load(path);
  const found = loaded[name];
  if (typeof found !== 'function') throw new NotSupported(`${path} does not export a function "${name}". Write: export async function ${name}(...) { ... }`, { path });
  return found as (...given: unknown[]) => unknown;
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    throw new NotSupported(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, { path }, { cause: error });
  }
}

/** Loaded at the first call, and kept; a file that could not be loaded is tried again. */
export function sendToModule(target: string, path: string): Send {
  let handler: Promise<(...given: unknown[]) => unknown> | undefined;
  return async (request) => {
    handler ??= exportedFunction(path, 'handler');
    const loaded = await handler.catch((error: unknown) => {
      handler = undefined;
      throw error;
    });
    try {
      // A copy each way, as between functions: nobody keeps hold of the other's objects.
      return copy(await loaded(copy(request), { functionName: `slipway-target-${target}` }));
    } catch (error) {
      throw targetError(target, { errorType: error instanceof Error ? error.name : 'Error', errorMessage: error instanceof Error ? error.message : String(error) });
    }
  };
}

const copy = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

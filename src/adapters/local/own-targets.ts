/** The targets that users have added to this machine: one file each, `targets/<kind>.json`. */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OwnTargetKind, OwnTargetPlace, type Send } from '../../contracts/own-target.ts';
import { InvalidInput } from '../../domain/errors.ts';
import { sendToAddress } from './own-targets/address.ts';
import { sendToModule } from './own-targets/module.ts';

const ENDING = '.json';

export const sendTo = (target: string, place: OwnTargetPlace): Send => ('module' in place ? sendToModule(target, place.module) : sendToAddress(target, place.url));

/**
 * By kind, read once at the start.
 * @param builtIn kinds that nobody can take
 * @throws InvalidInput naming the file
 */
export async function readOwnTargets(folder: string, builtIn: readonly string[]): Promise<ReadonlyMap<string, Send>> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const targets = new Map<string, Send>();
  for (const name of names.filter((one) => one.endsWith(ENDING)).sort()) {
    const path = join(folder, name);
    const kind = kindOf(name.slice(0, -ENDING.length), builtIn, path);
    targets.set(kind, sendTo(kind, await placeIn(path)));
  }
  return targets;
}

function kindOf(name: string, builtIn: readonly string[], path: string): string {
  const kind = OwnTargetKind.safeParse(name);
  if (!kind.success) throw new InvalidInput(`${path}: "${name}" is no name of a target: ${kind.error.issues[0]?.message ?? ''}. Rename the file.`);
  if (builtIn.includes(name)) throw new InvalidInput(`${path}: "${name}" is a target of Slipway's own. Give yours another name.`);
  return kind.data;
}

async function placeIn(path: string): Promise<OwnTargetPlace> {
  const place = OwnTargetPlace.safeParse(documentOf(await readFile(path, 'utf8')));
  if (!place.success) throw new InvalidInput(`${path}: write either {"module": "<path of a .mjs file>"} or {"url": "<http address>"}.`);
  return 'module' in place.data ? { module: resolve(dirname(path), place.data.module) } : place.data;
}

function documentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Kept for every later start too. @throws InvalidInput for a name that cannot be used */
export async function addOwnTarget(folder: string, builtIn: readonly string[], kind: string, place: OwnTargetPlace): Promise<void> {
  const path = join(folder, `${kind}${ENDING}`);
  kindOf(kind, builtIn, path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, `${JSON.stringify(place, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

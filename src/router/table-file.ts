/** The last route table on disk: what the router serves after a restart, with or without a control plane. */
import { open, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { RouteInForce } from '../contracts/router.ts';
import { InvalidInput } from '../domain/errors.ts';

const TableFile = z.strictObject({ format: z.literal(1), port: z.int().min(0).max(65535), routes: z.array(RouteInForce) });
export type TableFile = z.infer<typeof TableFile>;

const NAME = 'routes.json';

/**
 * The table of `directory`; undefined when none was ever written.
 * @throws InvalidInput when it cannot be understood: starting without it would drop all routes.
 */
export async function loadTable(directory: string): Promise<TableFile | undefined> {
  const path = join(directory, NAME);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return TableFile.parse(JSON.parse(text));
  } catch (error) {
    throw new InvalidInput(`the route table ${path} cannot be read as one: put back a good copy, or remove the file to start with no routes`, { path }, { cause: error });
  }
}

/**
 * What survives a loss of power. `this table`: it, before this resolves. `a table`: it or the one before, whole; for a change of upstreams
 * alone, which are processes of this machine and end with it. Either way it survives the end of this process at once.
 */
export type Survives = 'this table' | 'a table';

/** Replaces the table as a whole: temporary file, fsync, rename, and fsync of the directory where the new name must survive. Mode 0600. */
export async function saveTable(directory: string, table: TableFile, survives: Survives): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, NAME);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(table));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (survives === 'a table') return;
  const parent = await open(directory, 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

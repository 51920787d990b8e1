export { openSqliteStore } from './sqlite-store/open.ts';
export type { SqliteStore, SqliteStoreOptions } from './sqlite-store/open.ts';

/** Written by the build from src/contracts (console/vite.config.ts). */
declare module 'virtual:api' {
  export const operations: Readonly<Record<string, readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, action: string]>>;
  export const roleActions: Readonly<Record<string, readonly string[]>>;
}

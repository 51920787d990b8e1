export { createLocalBuilder } from './local-builder/builder.ts';
export type { LocalBuilder, LocalBuilderOptions } from './local-builder/builder.ts';
export type { LocalBuilderSettings } from './local-builder/settings.ts';

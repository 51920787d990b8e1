/** The installation's environments, kept as one item of the store. */
import { checkEnvironments } from '../../domain/environment-rules.ts';
import { Environments } from '../../domain/environment.ts';
import { InvalidManifest, NotFound } from '../../domain/errors.ts';
import type { EnvironmentsSource } from '../../ports/environments.ts';
import type { ItemKey, ItemStore } from '../../ports/item-store.ts';

/** Its value is what environments.yaml says, as JSON. */
export const ENVIRONMENTS_KEY: ItemKey = { partition: 'installation', sort: 'environments' };

/** @throws NotFound when nobody has put the item, InvalidManifest with the mistakes and the fields they are in */
export const createEnvironmentsItem = ({ store }: { readonly store: ItemStore }): EnvironmentsSource => ({
  read: async () => {
    const item = await store.get(ENVIRONMENTS_KEY);
    if (item === undefined) throw new NotFound('This installation has no environments yet. Put the item installation/environments into its table: docs/aws.md shows the command.', { key: ENVIRONMENTS_KEY });
    const parsed = Environments.safeParse(item.value);
    const mistakes = parsed.success
      ? checkEnvironments(parsed.data).filter((finding) => finding.severity === 'error').map(({ path, message }) => ({ path: path.join('.'), message }))
      : parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    if (parsed.success && mistakes.length === 0) return parsed.data;
    throw new InvalidManifest(`The item installation/environments has ${mistakes.length} mistakes: ${mistakes.map(({ path, message }) => `${path || '(file)'}: ${message}`).join('; ')}. Correct it and put it again.`, { issues: mistakes });
  },
});

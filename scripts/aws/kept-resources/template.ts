/** What of a stack outlives it, as a template by itself. */

export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly DeletionPolicy?: string; readonly Properties?: unknown }>>;
}

/** The framework asks the stack for this one before it uploads anything. */
const PACKAGES = 'ServerlessDeploymentBucket';

/**
 * CloudFormation imports what has a name of its own and is retained; what is not there it makes.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
 */
export function keptResources({ Resources }: Template): Template {
  const kept = Object.entries(Resources).filter(([name, { DeletionPolicy }]) => name === PACKAGES || DeletionPolicy === 'Retain');
  return { Resources: Object.fromEntries(kept) };
}

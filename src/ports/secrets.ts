/** Secret values, resolved only where an instance starts. Adapters: a folder of files (one machine), Secrets Manager and SSM. */
export interface SecretSource {
  /** @throws NotFound naming the reference, never a value. */
  resolve(reference: string): Promise<string>;
}

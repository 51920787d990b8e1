/** A mistake in something that people write, before its place in a file is known. */
export type FieldPath = readonly (string | number)[];

export interface Finding {
  readonly path: FieldPath;
  /** Whether the field's name or its value is at fault; `value` unless told. */
  readonly at?: 'key' | 'value';
  /** What is wrong and what to do, as a sentence that the field's name stands before. */
  readonly message: string;
  readonly allowed?: readonly string[] | undefined;
  /** What was probably meant, as it would be written in the file. */
  readonly suggestion?: string | undefined;
  readonly severity: 'error' | 'warning';
}

export const error = (path: FieldPath, message: string, more: Partial<Finding> = {}): Finding => ({ path, message, severity: 'error', ...more });
export const warning = (path: FieldPath, message: string, more: Partial<Finding> = {}): Finding => ({ path, message, severity: 'warning', ...more });

/** What of a template the emulator can make: resources of the types it knows, with made-up ARNs in the place of all others. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AWS_CLI_FOLDER } from '../emulator.ts';

export interface Resource {
  readonly Type: string;
  readonly DependsOn?: unknown;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

const LIST = `import json
from moto.cloudformation.parsing import CloudFormationModel
print(json.dumps([model.cloudformation_type() for model in CloudFormationModel.__subclasses__()]))`;

/** The emulator's own list. */
export const knownTypes = (): ReadonlySet<string> =>
  new Set(JSON.parse(execFileSync(join(AWS_CLI_FOLDER, 'python'), ['-c', LIST], { encoding: 'utf8' })) as string[]);

const madeUp = (name: string): string => `arn:aws:unknown:eu-central-1:123456789012:${name}`;

/** Without `DependsOn`, which may name what is left out; order follows from references. */
export function knownPart(template: Template, known: ReadonlySet<string>): Template {
  const unknown = new Set(Object.entries(template.Resources).filter(([, { Type }]) => !known.has(Type)).map(([name]) => name));
  const without = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(without);
    if (typeof value !== 'object' || value === null) return value;
    const [[key, given] = ['', undefined], ...more] = Object.entries(value);
    if (more.length === 0) {
      const name = key === 'Ref' ? given : key === 'Fn::GetAtt' ? (given as string[])[0] : undefined;
      if (typeof name === 'string' && unknown.has(name)) return madeUp(name);
      if (key === 'Fn::Sub' && typeof given === 'string') return { [key]: given.replaceAll(/\$\{(\w+)(?:\.\w+)?\}/g, (text, one: string) => (unknown.has(one) ? madeUp(one) : text)) };
    }
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, without(one)]));
  };
  return {
    ...template, Outputs: {},
    Resources: Object.fromEntries(Object.entries(template.Resources).filter(([name]) => !unknown.has(name)).map(([name, { DependsOn: _without, ...resource }]) => [name, without(resource) as Resource])),
  };
}

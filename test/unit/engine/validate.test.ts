import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import oldJsonata from 'jsonata-aws';
import { expressionsOf, Machine, machineIssues, substitute, validateMachines } from '../../../src/engine/index.ts';
import { call, INVOKE, machine, NESTED, TOKEN } from './running.ts';

const P = { Type: 'Pass', End: true };
const output = (Output: unknown, more: object = {}) => machine('P', { P: { ...P, Output, ...more } });
const problems = (given: { definition: unknown }): string[] => {
  try {
    validateMachines({ it: given }, { functions: ['f'] });
    return [];
  } catch (refused) {
    expect((refused as Error).name).toBe('InvalidInput');
    return (refused as Error).message.split('\n').slice(1);
  }
};

const REFUSED: [string, { definition: unknown }, string][] = [
  ['an unknown type', machine('P', { P: { Type: 'Activity', End: true } }), "machine 'it', state 'P', field 'Type': unknown state type. Allowed: Task, Choice, Wait, Pass, Succeed, Fail, Parallel, Map."],
  ['an unknown field', machine('P', { P: { ...P, Nxt: 'P' } }), "state 'P': unknown field 'Nxt'. Allowed in a Pass state: Comment, "],
  ['JSONPath fields', machine('P', { P: { ...P, ResultPath: '$.x' } }), 'ResultPath belongs to JSONPath mode'],
  ['JSONPath mode', { definition: { StartAt: 'P', States: { P } } }, "field 'QueryLanguage': JSONata, given explicitly"],
  ['JSONPath mode of a state', machine('P', { P: { ...P, QueryLanguage: 'JSONPath' } }), 'JSONPath mode is not supported'],
  ['JSONPath keys', output({ 'x.$': '$.x' }), 'a key that ends with .$'],
  ['an unset variable', output({ a: '{% $missing %}' }), "state 'P', field 'Output/a': the variable or function $missing is not set on any way to this state. Set here: none."],
  ['a variable of another way', machine('C', { C: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'A', Assign: { x: 1 } }], Default: 'B' }, A: { ...P, Output: '{% $x %}' }, B: { ...P, Output: '{% $x %}' } }), "state 'B', field 'Output': the variable or function $x"],
  ['assigning an outer variable', machine('A', { A: { Type: 'Pass', Assign: { x: 1 }, Next: 'M' }, M: { Type: 'Map', Items: [], ItemProcessor: { StartAt: 'I', States: { I: { ...P, Assign: { x: 2 } } } }, End: true } }), "state 'I', field 'Assign/x': $x belongs to a scope outside"],
  ['an inner variable outside', machine('M', { M: { Type: 'Map', Items: [], ItemProcessor: { StartAt: 'I', States: { I: { ...P, Assign: { y: 2 } } } }, Next: 'A' }, A: { ...P, Output: '{% $y %}' } }), "state 'A', field 'Output': the variable or function $y"],
  ['a reserved name', output(1, { Assign: { count: 1 } }), '$count is reserved'],
  ['a missing FunctionName', machine('T', { T: { Type: 'Task', Resource: INVOKE, Arguments: { Payload: 1 }, End: true } }), "state 'T', field 'Arguments/FunctionName': FunctionName is missing"],
  ['an unknown function', machine('T', { T: call('g') }), "'g' is not known. Allowed: f."],
  ['an unknown argument', machine('T', { T: { Type: 'Task', Resource: INVOKE, Arguments: { FunctionName: 'f', Qualifier: '1' }, End: true } }), "field 'Arguments/Qualifier': unknown argument of arn:aws:states:::lambda:invoke. Allowed: FunctionName, Payload."],
  ['an unknown machine', machine('T', { T: { Type: 'Task', Resource: NESTED, Arguments: { StateMachineArn: 'no' }, End: true } }), "'no' is not known. Allowed: it."],
  ['an unknown resource', machine('T', { T: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', Arguments: {}, End: true } }), INVOKE],
  ['a heartbeat over the timeout', machine('T', { T: call('f', {}, { HeartbeatSeconds: 60, TimeoutSeconds: 30, End: true }) }), "field 'HeartbeatSeconds': 60 s is not shorter than TimeoutSeconds (30 s)"],
  ['a token that is kept', machine('T', { T: { ...call('f'), Resource: TOKEN, Arguments: { FunctionName: 'f' } } }), 'waits for a token that it does not hand out'],
  ['a missing Next', machine('P', { P: { Type: 'Pass', Next: 'Q' } }), "state 'P', field 'Next': there is no state 'Q'. Allowed here: P."],
  ['neither Next nor End', machine('P', { P: { Type: 'Pass' } }), 'exactly one of Next'],
  ['an unreachable state', machine('P', { P, Q: P }), "state 'Q': it can't be reached from 'P'"],
  ['a missing StartAt', machine('X', { P }), "field 'StartAt': there is no state 'X'"],
  ['a name used twice', machine('P', { P: { Type: 'Parallel', Branches: [{ StartAt: 'P', States: { P } }], End: true } }), 'names must be unique'],
  ['what does not compile', output('{% 1 + %}'), "field 'Output': the expression does not compile"],
  ['$eval', output('{% $eval("1") %}'), '$eval is not allowed'],
  ['$ at the top', output('{% $ %}'), "'$' is not allowed at the top"],
  ['$$', output('{% $states.input[a = $$.b] %}'), "'$$' is not allowed"],
  ['a bare field', output('{% foo.bar %}'), "the field 'foo' stands for nothing"],
  ['$states.result before there is one', machine('T', { T: call('{% $states.result %}') }), '$states.result is not to be seen here'],
  ['$states.errorOutput outside Catch', output('{% $states.errorOutput %}'), 'Allowed: $states.input, $states.context'],
  ['a placeholder', machine('T', { T: call('${JudgeFunctionArn}') }), 'still has a placeholder'],
  ['half an expression', output('x {% 1 %}'), 'is neither an expression nor plain text'],
  ['States.ALL with others', machine('T', { T: call('f', {}, { Retry: [{ ErrorEquals: ['States.ALL', 'A'] }, { ErrorEquals: ['B'] }], End: true }) }), 'States.ALL must stand alone'],
  ['Wait with both', machine('W', { W: { Type: 'Wait', Seconds: 1, Timestamp: '2030-01-01T00:00:00Z', End: true } }), 'exactly one of Seconds and Timestamp'],
];

describe('validateMachines', () => {
  it.each(REFUSED)('refuses %s', (_what, given, expected) => {
    const found = problems(given);
    expect(found.join('\n')).toContain(expected);
  });

  it('accepts what is right: own variables, lambdas, paths with context, all added functions', () => {
    const right = [
      '{% ($a := 1; $f := function($n) { $n < 1 ? 0 : $f($n - 1) }; $f($a)) %}', '{% $map($states.input.xs, function($v, $i) { $v.a + $i }) %}', '{% $states.input.xs[a > 1 and $.b].c^(>d) %}',
      '{% $states.input.xs{k: $sum(v)} %}', '{% $states.input.xs@$x.ys#$i.{"x": $x, "i": $i} %}', '{% $states.input ~> |items|{"z": q}| %}', '{% $states.input.xs.(a & "-" & $string(b)) %}',
      '{% [$uuid(), $random(1), $hash("a", "MD5"), $parse("1"), $partition([1,2],1), $range(1,2,1)] %}',
    ];
    for (const one of right) expect([one, problems(output({ a: one }))]).toEqual([one, []]);
  });
});

describe('substitute', () => {
  it('fills names, keeps JSON whole, and refuses what it does not know', () => {
    expect(substitute('{"a": "${X}", "b": ["${X}-${Y}"]}', { X: 'q"\\', Y: '2' })).toEqual({ a: 'q"\\', b: ['q"\\-2'] });
    expect(substitute({ a: '${X}' }, { X: '1' })).toEqual({ a: '1' });
    expect(() => substitute({ a: '${Z} ${constructor}' }, { X: '1' })).toThrow('${Z}, ${constructor}, for which no value was given. Known are: X.');
    expect(() => substitute('{', {})).toThrow('The definition is no JSON');
  });
});

const folder = fileURLToPath(new URL('../../../statemachines/', import.meta.url));
const definitions = Object.fromEntries(readdirSync(folder).filter((file) => file.endsWith('.asl.json')).map((file) => {
  const text = readFileSync(path.join(folder, file), 'utf8');
  const values = Object.fromEntries([...text.matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => [name, name.endsWith('MachineArn') ? name.slice(0, -'MachineArn'.length).toLowerCase() : name]));
  return [file.slice(0, -'.asl.json'.length), { definition: substitute(text, values) }];
}));

describe('statemachines/', () => {
  it('holds machines, and the engine runs them all', () => {
    expect(Object.keys(definitions).length).toBeGreaterThan(0);
    expect(machineIssues(definitions)).toEqual([]);
  });

  it.each(Object.entries(definitions))('%s has only expressions that the jsonata of Step Functions compiles', (_name, { definition }) => {
    for (const expression of expressionsOf(Machine.parse(definition))) expect(() => oldJsonata(expression)).not.toThrow();
  });

  it('would notice an expression that only the newer jsonata compiles', () => {
    expect(expressionsOf(Machine.parse(output('{% $states.input.a ?? 1 %}').definition))).toEqual(['$states.input.a ?? 1']);
    expect(() => oldJsonata('$states.input.a ?? 1')).toThrow();
  });
});

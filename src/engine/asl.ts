/**
 * The part of Amazon States Language (JSONata mode) that this engine runs, as strict schemas: a field that is not named
 * here is refused, never ignored. Language: https://states-language.net and the Step Functions developer guide.
 */
import * as z from 'zod';

export const RESOURCES = {
  invoke: 'arn:aws:states:::lambda:invoke',
  invokeWithToken: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  startExecution: 'arn:aws:states:::states:startExecution.sync:2',
} as const;
export type Resource = (typeof RESOURCES)[keyof typeof RESOURCES];
export const STATE_TYPES = ['Task', 'Choice', 'Wait', 'Pass', 'Succeed', 'Fail', 'Parallel', 'Map'] as const;

/** A string that is one JSONata expression, `{% ... %}` with nothing around it. */
export const isExpression = (value: unknown): value is `{%${string}%}` => typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}');

const Expression = z.string().refine(isExpression, 'a JSONata expression, written {% ... %}');
const name = z.string().min(1).max(80);
const assign = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,79}$/, 'a variable name: letters, digits and _, at most 80, without $'), z.unknown());
const seconds = z.union([z.number().int().min(1).max(99_999_999), Expression]);
const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONata', { error: 'JSONata (JSONPath mode is not supported)' }).optional(), Assign: assign.optional(), Output: z.unknown().optional() };
const onward = { Next: name.optional(), End: z.literal(true).optional() };

const Retrier = z.strictObject({
  ErrorEquals: z.array(z.string().min(1)).min(1),
  IntervalSeconds: z.number().int().min(1).max(99_999_999).optional(),
  MaxAttempts: z.number().int().min(0).max(99_999_999).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: z.number().int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
  Comment: z.string().optional(),
});
export type Retrier = z.infer<typeof Retrier>;

const Catcher = z.strictObject({ ErrorEquals: z.array(z.string().min(1)).min(1), Next: name, Assign: assign.optional(), Output: z.unknown().optional(), Comment: z.string().optional() });
export type Catcher = z.infer<typeof Catcher>;

const recovery = { Retry: z.array(Retrier).optional(), Catch: z.array(Catcher).optional() };

const Task = z.strictObject({
  ...common, ...onward, ...recovery,
  Type: z.literal('Task'),
  Resource: z.enum(Object.values(RESOURCES) as [Resource, ...Resource[]]),
  Arguments: z.union([z.record(z.string(), z.unknown()), Expression]),
  TimeoutSeconds: seconds.optional(),
  HeartbeatSeconds: seconds.optional(),
});
export type TaskState = z.infer<typeof Task>;

const ChoiceRule = z.strictObject({ Condition: Expression, Next: name, Assign: assign.optional(), Output: z.unknown().optional(), Comment: z.string().optional() });
export type ChoiceRule = z.infer<typeof ChoiceRule>;
const Choice = z.strictObject({ ...common, Type: z.literal('Choice'), Choices: z.array(ChoiceRule).min(1), Default: name.optional() });
export type ChoiceState = z.infer<typeof Choice>;

const Wait = z.strictObject({
  ...common, ...onward,
  Type: z.literal('Wait'),
  Seconds: z.union([z.number().int().min(0).max(99_999_999), Expression]).optional(),
  Timestamp: z.union([z.iso.datetime({ offset: true }), Expression]).optional(),
});
export type WaitState = z.infer<typeof Wait>;

const Pass = z.strictObject({ ...common, ...onward, Type: z.literal('Pass') });
const Succeed = z.strictObject({ Comment: common.Comment, QueryLanguage: common.QueryLanguage, Output: z.unknown().optional(), Type: z.literal('Succeed') });
const Fail = z.strictObject({ Comment: common.Comment, QueryLanguage: common.QueryLanguage, Type: z.literal('Fail'), Error: z.string().optional(), Cause: z.string().optional() });
export type FailState = z.infer<typeof Fail>;

/** A graph of states: a machine, a branch of a Parallel state, or the processor of a Map state. */
export interface Graph { StartAt: string; States: Record<string, State> }

interface Recovering { Comment?: string | undefined; Assign?: Record<string, unknown> | undefined; Output?: unknown; Next?: string | undefined; End?: true | undefined; Retry?: Retrier[] | undefined; Catch?: Catcher[] | undefined }
export interface ParallelState extends Recovering { Type: 'Parallel'; Arguments?: unknown; Branches: Graph[] }
export interface MapState extends Recovering { Type: 'Map'; Items?: unknown; ItemSelector?: unknown; MaxConcurrency?: number | string | undefined; ItemProcessor: Graph }
export type State = TaskState | ChoiceState | WaitState | z.infer<typeof Pass> | z.infer<typeof Succeed> | FailState | ParallelState | MapState;

const states: z.ZodType<Record<string, State>> = z.record(name, z.lazy(() => StateSchema));
const Parallel = z.strictObject({
  ...common, ...onward, ...recovery,
  Type: z.literal('Parallel'),
  Arguments: z.unknown().optional(),
  Branches: z.array(z.strictObject({ Comment: z.string().optional(), StartAt: name, States: states })).min(1),
});
const ItemProcessor = z.strictObject({
  Comment: z.string().optional(),
  ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE', { error: 'INLINE (distributed maps are not supported)' }) }).optional(),
  StartAt: name,
  States: states,
});
const MapSchema = z.strictObject({
  ...common, ...onward, ...recovery,
  Type: z.literal('Map'),
  Items: z.union([z.array(z.unknown()), Expression]).optional(),
  ItemSelector: z.unknown().optional(),
  MaxConcurrency: z.union([z.number().int().min(0), Expression]).optional(),
  ItemProcessor,
});
const StateSchema: z.ZodType<State> = z.discriminatedUnion('Type', [Task, Choice, Wait, Pass, Succeed, Fail, Parallel, MapSchema]);

/** A whole state machine, as in a definition file after substitution. */
export const Machine = z.strictObject({
  Comment: z.string().optional(),
  Version: z.literal('1.0').optional(),
  QueryLanguage: z.literal('JSONata', { error: 'JSONata, given explicitly: Step Functions would otherwise read the machine in JSONPath mode, which is not supported' }),
  StartAt: name,
  States: states,
  TimeoutSeconds: z.number().int().min(1).max(99_999_999).optional(),
});
export type Machine = z.infer<typeof Machine>;

/** The fields that each type of state may have, for messages. */
export const FIELDS_OF: Readonly<Record<(typeof STATE_TYPES)[number], readonly string[]>> = {
  Task: Object.keys(Task.shape), Choice: Object.keys(Choice.shape), Wait: Object.keys(Wait.shape), Pass: Object.keys(Pass.shape),
  Succeed: Object.keys(Succeed.shape), Fail: Object.keys(Fail.shape), Parallel: Object.keys(Parallel.shape), Map: Object.keys(MapSchema.shape),
};

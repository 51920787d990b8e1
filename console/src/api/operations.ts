/** The API's operations as types: inputs and answers are those of src/contracts/api, of which nothing else comes into the bundle. */
import type * as z from 'zod';
import type * as approvals from '../../../src/contracts/api/approvals.ts';
import type * as audit from '../../../src/contracts/api/audit.ts';
import type * as delivery from '../../../src/contracts/api/delivery.ts';
import type * as deployments from '../../../src/contracts/api/deployments.ts';
import type * as events from '../../../src/contracts/api/events.ts';
import type * as installation from '../../../src/contracts/api/installation.ts';
import type { Operation } from '../../../src/contracts/api/operation.ts';
import type * as people from '../../../src/contracts/api/people.ts';
import type * as places from '../../../src/contracts/api/places.ts';
import type * as releases from '../../../src/contracts/api/releases.ts';
import type * as services from '../../../src/contracts/api/services.ts';
import type * as sessions from '../../../src/contracts/api/sessions.ts';

type Exports = typeof approvals & typeof audit & typeof delivery & typeof deployments & typeof events & typeof installation & typeof people & typeof places & typeof releases & typeof services & typeof sessions;

/** By operation id, which is the name it is exported by. */
type Operations = { readonly [K in keyof Exports as Exports[K] extends Operation<infer _P, infer _Q, infer _B, infer _A> ? K : never]: Exports[K] };
export type OperationId = keyof Operations;

type Parts<K extends OperationId> = Operations[K] extends Operation<infer P, infer Q, infer B, infer A> ? { params: z.input<P>; query: z.input<Q>; body: z.input<B>; answer: z.output<A> } : never;

export type AnswerOf<K extends OperationId> = Parts<K>['answer'];

type Optional<Name extends string, T> = [T] extends [undefined] ? { readonly [N in Name]?: undefined } : Partial<T> extends T ? { readonly [N in Name]?: T } : { readonly [N in Name]: T };
/** What an operation is asked with: its path's names, its query, its body. */
export type InputOf<K extends OperationId> = Optional<'params', Parts<K>['params']> & Optional<'query', Parts<K>['query']> & Optional<'body', Parts<K>['body']>;

export type Me = AnswerOf<'readMe'>;
export type ServiceStatus = AnswerOf<'readService'>;
export type PlaceStatus = ServiceStatus['places'][number];
export type Desired = NonNullable<PlaceStatus['desired']>;
export type Observed = NonNullable<PlaceStatus['observed']>;
export type PipelineDetail = AnswerOf<'readPipeline'>;
export type Pipeline = PipelineDetail['pipeline'];
export type DeploymentDetail = PipelineDetail['deployments'][number];
export type Deployment = DeploymentDetail['deployment'];
export type Approval = AnswerOf<'listApprovals'>[number];
export type Hold = Deployment['holds'][number];
export type Evidence = NonNullable<Hold['verdict']>['evidence'];
export type ChangeEvent = AnswerOf<'readEvents'>['events'][number];
export type Change = ChangeEvent['changes'][number];
export type Environment = AnswerOf<'readEnvironments'>['environments'][number];

/** A state machine of the Amazon States Language as states and ways between them, nested where Map and Parallel nest. Pure. */
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, unknown>>;
}

export interface State {
  readonly name: string;
  readonly type: string;
  readonly comment: string | null;
  /** The machine that it starts, when it starts one: `canary`. */
  readonly starts: string | null;
  /** Iterations of a Map, branches of a Parallel. */
  readonly inner: readonly Graph[];
}

export interface Way {
  readonly from: string;
  readonly to: string;
  /** `catch`: only after an error. */
  readonly kind: 'next' | 'choice' | 'catch';
}

export interface Graph {
  readonly start: string;
  readonly states: readonly State[];
  readonly ways: readonly Way[];
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const object = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {});
const list = (value: unknown): readonly Readonly<Record<string, unknown>>[] => (Array.isArray(value) ? value.map(object) : []);

export function graphOf(given: unknown): Graph {
  const { StartAt, States } = object(given);
  const states = Object.entries(object(States)).map(([name, state]): readonly [string, Readonly<Record<string, unknown>>] => [name, object(state)]);
  return {
    start: text(StartAt) ?? states[0]?.[0] ?? '', states: states.map(([name, state]) => stateOf(name, state)),
    ways: distinct(states.flatMap(([name, state]) => waysOf(name, state))),
  };
}

function stateOf(name: string, state: Readonly<Record<string, unknown>>): State {
  const nested = [state['ItemProcessor'] ?? state['Iterator'], ...list(state['Branches'])].filter((inner) => inner !== undefined);
  return { name, type: text(state['Type']) ?? '', comment: text(state['Comment']), starts: machineIn(object(state['Arguments'])['StateMachineArn']), inner: nested.map(graphOf) };
}

/** `arn:...:stateMachine:slipway-canary` and `arn:...:stateMachine:canary` -> `canary`. */
const machineIn = (arn: unknown): string | null => /:stateMachine:(?:[a-z]+-)?([a-z]+)$/.exec(text(arn) ?? '')?.[1] ?? null;

function waysOf(from: string, state: Readonly<Record<string, unknown>>): Way[] {
  const way = (to: unknown, kind: Way['kind']): Way[] => (typeof to === 'string' ? [{ from, to, kind }] : []);
  return [
    ...way(state['Next'], 'next'), ...list(state['Choices']).flatMap((choice) => way(choice['Next'], 'choice')), ...way(state['Default'], 'choice'), ...list(state['Catch']).flatMap((catcher) => way(catcher['Next'], 'catch')),
  ];
}

const distinct = (ways: readonly Way[]): Way[] => [...new Map(ways.map((way) => [`${way.from} ${way.to} ${way.kind === 'catch' ? 'catch' : ''}`, way])).values()];

/** Every state, nested ones too, in the order of the file. */
export const allStates = (graph: Graph): State[] => graph.states.flatMap((state) => [state, ...state.inner.flatMap(allStates)]);

/** `ApprovalUnderWatch` -> `Approval under watch`. */
export const spoken = (name: string): string => name.replaceAll(/(?<=[a-z])([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

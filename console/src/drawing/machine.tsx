/** A state machine with how far it is: drawn, and the same as a list. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon, Status } from '../parts/icon.tsx';
import { counted } from '../text/numbers.ts';
import { exact } from '../text/time.ts';
import { allStates, graphOf, spoken, type Graph } from './graph.ts';
import { layOut, type Box, type Drawing, type Line } from './layout.ts';
import { stateNow, type Execution } from './progress.ts';

interface Given {
  readonly definition: unknown;
  readonly execution: Execution;
  /** Opens the execution that a state has started. */
  readonly open: (state: string) => void;
  readonly opens: ReadonlySet<string>;
}

export function Machine({ definition, execution, open, opens }: Given) {
  const graph = useMemo(() => graphOf(definition), [definition]);
  const drawing = useMemo(() => layOut(graph), [graph]);
  const [isList, list] = useState(false);
  const view = useRef<HTMLDivElement>(null);
  // The start is in the middle of the top.
  useEffect(() => { if (view.current !== null) view.current.scrollLeft = (view.current.scrollWidth - view.current.clientWidth) / 2; }, [drawing, isList]);
  return (
    <div class="machine">
      <p><button type="button" class="quiet" aria-pressed={isList} onClick={() => list(!isList)}>{isList ? 'Show as a drawing' : 'Show as a list'}</button></p>
      {isList ? <StateList graph={graph} execution={execution} /> : (
        <div ref={view} class="drawing" tabIndex={0} role="region" aria-label={`The state machine ${execution.machine}, drawn. The same as a list: the button before it.`}>
          <svg viewBox={`0 0 ${drawing.width} ${drawing.height}`} width={drawing.width} height={drawing.height} role="group" aria-label={`States of ${execution.machine}`}>
            <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" /></marker></defs>
            <Level drawing={drawing} given={{ definition, execution, open, opens }} />
          </svg>
        </div>
      )}
    </div>
  );
}

function Level({ drawing, given }: { readonly drawing: Drawing; readonly given: Given }) {
  const { states } = given.execution;
  const wasThere = ({ way }: Line) => states[way.from] !== undefined && states[way.to] !== undefined;
  return (
    <g transform={`translate(${drawing.x} ${drawing.y})`}>
      {/* Ways after an error are many, and are drawn only where one was taken. */}
      {drawing.lines.filter((line) => line.way.kind !== 'catch' || wasThere(line)).map((line) => <path key={`${line.way.from} ${line.way.to} ${line.way.kind}`} class={`way ${line.way.kind}${wasThere(line) ? ' taken' : ''}`} d={pathOf(line)} marker-end="url(#tip)" />)}
      {drawing.boxes.map((box) => <StateBox key={box.state.name} box={box} given={given} />)}
    </g>
  );
}

/** Down in a curve, up again beside the boxes. */
function pathOf({ points, isBack }: Line): string {
  const [[x1, y1] = [0, 0], ...rest] = points;
  if (isBack || rest.length > 1) return `M${x1} ${y1}${rest.map(([x, y]) => ` L${x} ${y}`).join('')}`;
  const [[x2, y2] = [0, 0]] = rest;
  const bend = Math.max(14, (y2 - y1) / 2);
  return `M${x1} ${y1} C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}

const ICON = 16;

function StateBox({ box: { state, x, y, width, height, inner }, given }: { readonly box: Box; readonly given: Given }) {
  const { execution, open, opens } = given;
  const now = stateNow(execution, state.name);
  const entered = execution.states[state.name]?.entered ?? 0;
  const label = `${spoken(state.name)}: ${now.word}${entered > 1 ? `, entered ${entered} times` : ''}`;
  const titleY = inner.length === 0 ? height / 2 : 13;
  const content = (
    <>
      <title>{state.comment === null ? label : `${label}. ${state.comment}`}</title>
      <rect width={width} height={height} rx={state.type === 'Choice' ? 14 : 6} />
      <svg x={8} y={titleY - ICON / 2} width={ICON} height={ICON} viewBox="0 0 16 16"><Icon tone={now.tone} /></svg>
      <text x={30} y={titleY + 4.5}>{spoken(state.name)}{entered > 1 ? <tspan class="times"> ×{entered}</tspan> : null}</text>
      {inner.map((drawing) => <Level key={drawing.x} drawing={drawing} given={given} />)}
    </>
  );
  const place = `translate(${x} ${y})`;
  if (!opens.has(state.name)) return <g class={`state is-${now.tone}${inner.length > 0 ? ' nests' : ''}`} transform={place} role={inner.length === 0 ? 'img' : 'group'} aria-label={label}>{content}</g>;
  const press = (event: KeyboardEvent) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); open(state.name); } };
  return <g class={`state opens is-${now.tone}`} transform={place} role="button" tabIndex={0} aria-label={`${label}. Open the ${state.starts ?? 'nested'} machine`} onClick={() => open(state.name)} onKeyDown={press}>{content}</g>;
}

function StateList({ graph, execution }: { readonly graph: Graph; readonly execution: Execution }) {
  return (
    <table>
      <thead><tr><th scope="col">State</th><th scope="col">How far</th><th scope="col">Entered</th><th scope="col">Last</th><th scope="col">What it does</th></tr></thead>
      <tbody>
        {allStates(graph).map((state) => {
          const [now, states] = [stateNow(execution, state.name), execution.states[state.name]];
          return (
            <tr key={state.name}>
              <th scope="row">{spoken(state.name)}</th><td><Status tone={now.tone}>{now.word}</Status></td><td>{states === undefined ? '–' : counted(states.entered, 'time')}{states !== undefined && states.failed > 0 ? `, ${counted(states.failed, 'failure')}` : ''}</td>
              <td>{states === undefined ? '–' : exact(states.exitedAt ?? states.enteredAt)}</td><td class="hint">{state.comment ?? state.type}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

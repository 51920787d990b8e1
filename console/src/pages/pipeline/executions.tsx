/** The executions of a pipeline: which, and the state machine of the one chosen. */
import { useState } from 'preact/hooks';
import { useAnswer } from '../../api/query.ts';
import { Machine } from '../../drawing/machine.tsx';
import { executionNow, executionTitle, type Execution } from '../../drawing/progress.ts';
import { Icon } from '../../parts/icon.tsx';
import { Shown } from '../../parts/said.tsx';

export function Executions({ pipeline, executions }: { readonly pipeline: string; readonly executions: readonly Execution[] }) {
  const [name, choose] = useState(pipeline);
  const chosen = executions.find((execution) => execution.name === name) ?? executions[0];
  if (chosen === undefined) return null;
  const children = new Map(executions.flatMap((execution) => (execution.startedBy?.name === chosen.name && execution.startedBy.state !== null ? [[execution.startedBy.state, execution.name] as const] : [])));
  return (
    <section class="panel" aria-label="State machines">
      <header><h2>State machines</h2>{chosen.url === null ? null : <a href={chosen.url} target="_blank" rel="noreferrer">In the console of AWS</a>}</header>
      <div class="tabs" role="group" aria-label="Executions">
        {executions.map((execution) => {
          const now = executionNow(execution);
          return <button key={execution.name} type="button" aria-pressed={execution.name === chosen.name} onClick={() => choose(execution.name)}><Icon tone={now.tone} />{executionTitle(pipeline, execution)}<span class="sr">, {now.word}</span></button>;
        })}
      </div>
      <Chosen key={chosen.name} pipeline={pipeline} execution={chosen} started={children} choose={choose} />
    </section>
  );
}

function Chosen({ pipeline, execution, started, choose }: { readonly pipeline: string; readonly execution: Execution; readonly started: ReadonlyMap<string, string>; readonly choose: (name: string) => void }) {
  const definition = useAnswer('readDefinition', { params: { pipeline, machine: execution.machine as 'pipeline', execution: execution.name } });
  return (
    <Shown seen={definition} what="the state machine">
      {(value) => <Machine definition={value.definition} execution={execution} opens={new Set(started.keys())} open={(state) => choose(started.get(state) ?? execution.name)} />}
    </Shown>
  );
}

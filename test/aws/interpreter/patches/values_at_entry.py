"""
moto 5.2.5 sets variables before it evaluates Output, and a Choice rule that leads to the Default state also runs the state's own Assign
and Output. On AWS all of a state's expressions see the values of its entry, and what is assigned is seen by the next state
(https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html, "Order of evaluation in an assign field" and "Scope"); a
matched rule's Assign and Output replace the state's own
(https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html, "Choice Rule (JSONata)").
"""

from typing import Any

from moto.stepfunctions.parser.asl.component.common.assign.assign_decl import AssignDecl
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment

PENDING = "assigned at the end of the state"


def keep_for_later(self: AssignDecl, env: Environment) -> None:
    declared: dict[str, Any] = {}
    for binding in self.declaration_bindings:
        binding.eval(env=env)
        declared.update(env.stack.pop())
    env.heap[PENDING] = declared


def then_assign(evaluate_output: Any) -> Any:
    def eval_state_output(self: CommonStateField, env: Environment) -> None:
        evaluate_output(self, env)
        for name, value in env.heap.pop(PENDING, {}).items():
            env.variable_store.set(variable_identifier=name, variable_value=value)

    return eval_state_output


def choose(self: StateChoice, env: Environment) -> None:
    for rule in self.choices_decl.rules:
        rule.eval(env)
        if env.stack.pop() is True:
            env.stack.append(rule.next_stmt.name)
            return
    if self.default_state is None:
        raise RuntimeError("No rule of the Choice state matched, and it has no Default.")
    if self.assign_decl:
        self.assign_decl.eval(env=env)
    if self.output:
        self.output.eval(env=env)
    env.stack.append(self.default_state.state_name)


def go_on(_: StateChoice, env: Environment) -> None:
    env.next_state_name = env.stack.pop()


def apply() -> None:
    AssignDecl._eval_body = keep_for_later
    StateChoice._eval_state = choose
    StateChoice._eval_state_output = then_assign(go_on)
    ExecutionState._eval_state_output = then_assign(ExecutionState._eval_state_output)
    CommonStateField._eval_state_output = then_assign(CommonStateField._eval_state_output)

"""
moto 5.2.5 lets a task whose branch was stopped tell of a success, with null for a result, or of a start, with its arguments for a timeout,
which breaks the whole history. When one branch of a Parallel state fails, the
others are stopped (https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html, "Error Handling"): nothing more comes of them.
"""

from typing import Any

from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import Timeout
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.eval.environment import Environment


def while_running(act: Any) -> Any:
    def guarded(self: StateTaskService, env: Environment, *given: Any, **named: Any) -> None:
        if env.is_running():
            act(self, env, *given, **named)

    return guarded


def eval_always(self: Timeout, env: Environment) -> None:
    self._eval_body(env)


def apply() -> None:
    StateTaskService._before_eval_execution = while_running(StateTaskService._before_eval_execution)
    StateTaskService._after_eval_execution = while_running(StateTaskService._after_eval_execution)
    Timeout.eval = eval_always

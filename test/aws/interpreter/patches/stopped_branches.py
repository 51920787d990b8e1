"""
moto 5.2.5 lets a task whose branch was stopped tell of a success, with null for a result. When one branch of a Parallel state fails, the
others are stopped (https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html, "Error Handling"): nothing more comes of them.
"""

from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.eval.environment import Environment


def apply() -> None:
    after = StateTaskService._after_eval_execution

    def after_eval_execution(self: StateTaskService, env: Environment, *given: Any, **named: Any) -> None:
        if env.is_running():
            after(self, env, *given, **named)

    StateTaskService._after_eval_execution = after_eval_execution

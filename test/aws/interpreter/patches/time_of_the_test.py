"""
Stand-in: the pauses between two attempts of a Retry are not slept, and a nested execution is asked for its end more often. How long pauses
are is held by unit tests of the local engine; here the order of states counts.
"""

from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_callback


class NoPause:
    @staticmethod
    def sleep(_: float) -> None:
        return


def apply() -> None:
    retrier_decl.time = NoPause
    state_task_service_callback._DELAY_SECONDS_SYNC_CONDITION_CHECK = 0.05

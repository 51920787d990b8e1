"""
moto 5.2.5 ends an execution with States.Runtime where no rule of a Choice state matches and it has no Default. AWS reports
States.NoChoiceMatched: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html ("Error names").
"""

from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails


def apply() -> None:
    choose = StateChoice._eval_state

    def eval_state(self: StateChoice, env: Environment) -> None:
        try:
            choose(self, env)
        except RuntimeError as ended:
            name = StatesErrorName(typ=StatesErrorNameType.StatesNoChoiceMatched)
            details = EventDetails(executionFailedEventDetails=ExecutionFailedEventDetails(error=name.error_name, cause=str(ended)))
            event = FailureEvent(env=env, error_name=name, event_type=HistoryEventType.ExecutionFailed, event_details=details)
            raise FailureEventException(failure_event=event) from ended

    StateChoice._eval_state = eval_state

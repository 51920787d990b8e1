"""
moto 5.2.5 lets an expression that throws, and a Condition that is no boolean, end as States.Runtime. AWS reports
States.QueryEvaluationError for both, which Retry and Catch can match: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html ("States.QueryEvaluationError") and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_EvaluationFailedEventDetails.html
"""

from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison import ConditionStringJSONata
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.jsonata.jsonata import JSONataException


def query_error(env: Environment, cause: str) -> FailureEventException:
    name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    details = EventDetails(evaluationFailedEventDetails=EvaluationFailedEventDetails(error=name.error_name, cause=cause))
    return FailureEventException(failure_event=FailureEvent(env=env, error_name=name, event_type=HistoryEventType.EvaluationFailed, event_details=details))


def apply() -> None:
    evaluate = StringJSONata._eval_body

    def eval_body(self: StringJSONata, env: Environment) -> None:
        try:
            evaluate(self, env)
        except JSONataException as failed:
            raise query_error(env, f"The JSONata expression '{self.expression}' threw an error: {failed.details}") from failed

    def eval_condition(self: ConditionStringJSONata, env: Environment) -> None:
        self.string_jsonata.eval(env=env)
        if not isinstance(env.stack[-1], bool):
            raise query_error(env, f"The Condition '{self.string_jsonata.expression}' is neither true nor false.")

    StringJSONata._eval_body = eval_body
    ConditionStringJSONata._eval_body = eval_condition

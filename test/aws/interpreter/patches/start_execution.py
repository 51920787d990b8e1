"""
moto 5.2.5 hands the Arguments of startExecution to its own API in the case of ASL (`StateMachineArn`), which the API does not know, and
gives answers on in the case of the API. AWS documents arguments and results of the integration in PascalCase, Input and Output as JSON:
https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html. It also asks every running execution for a token, those
too whose thread has not begun, and fails.
"""

from datetime import datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import StateTaskServiceSfn
from moto.stepfunctions.parser.models import StepFunctionsParserBackend


def milliseconds(value: Any) -> Any:
    return int(value.timestamp() * 1000) if isinstance(value, datetime) else value


def apply() -> None:
    from_asl = StateTaskServiceSfn._normalise_parameters
    executions = StepFunctionsParserBackend._get_executions

    def to_api(self: Any, parameters: dict, boto_service_name: str | None = None, service_action_name: str | None = None) -> None:
        from_asl(self, parameters, boto_service_name, service_action_name)
        for name in list(parameters):
            parameters[name[0].lower() + name[1:]] = parameters.pop(name)

    def from_api(_: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None) -> None:
        if isinstance(response, dict):
            for name in list(response):
                response[name[0].upper() + name[1:]] = milliseconds(response.pop(name))

    def begun(self: Any, execution_status: Any = None) -> list:
        return [one for one in executions(self, execution_status) if one.exec_worker.env is not None]

    StateTaskServiceSfn._normalise_parameters = to_api
    StateTaskServiceSfn._normalise_response = from_api
    StepFunctionsParserBackend._get_executions = begun

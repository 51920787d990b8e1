"""
moto 5.2.5 drops the cause of SendTaskFailure. It is part of the call, and of the task's error output:
https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
"""

from moto.core.responses import EmptyResult
from moto.stepfunctions.responses import StepFunctionResponse


def apply() -> None:
    def send_task_failure(self: StepFunctionResponse) -> EmptyResult:
        token, error, cause = (self._get_param(name) for name in ("taskToken", "error", "cause"))
        self.stepfunction_backend.send_task_failure(token, error=error, cause=cause)
        return EmptyResult()

    StepFunctionResponse.send_task_failure = send_task_failure

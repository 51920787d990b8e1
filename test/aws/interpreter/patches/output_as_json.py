"""
moto 5.2.5 describes the output of an execution as the bare text where it is a text, and not at all where it is null; a nested execution
with such an output breaks its parent. DescribeExecution gives the output as JSON:
https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
"""

import json

from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication


def apply() -> None:
    reflect = BaseExecutionWorkerCommunication._reflect_execution_status

    def reflect_execution_status(self: BaseExecutionWorkerCommunication) -> None:
        reflect(self)
        if self.execution.exec_status == ExecutionStatus.SUCCEEDED:
            # A text is described as it stands.
            self.execution.output = json.dumps(self.execution.output)

    BaseExecutionWorkerCommunication._reflect_execution_status = reflect_execution_status

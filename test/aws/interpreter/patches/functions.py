"""
Stand-in: lambda:Invoke goes to the address in SLIPWAY_LAMBDA, where the test answers for its functions, and no container is needed. An
answer with the header x-slipway-never stands for a function that is still at work when the task's time is up.
"""

import os
from typing import Any

import boto3
from botocore.config import Config
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils


def time_is_up(http_response: Any, **_: Any) -> None:
    if "x-slipway-never" in http_response.headers:
        raise EvalTimeoutError()


def lambda_client(**_: Any) -> Any:
    client = boto3.client("lambda", region_name="eu-central-1", aws_access_key_id="ak", aws_secret_access_key="sk", endpoint_url=os.environ["SLIPWAY_LAMBDA"],
                          config=Config(parameter_validation=False, retries={"max_attempts": 0}, read_timeout=600))
    client.meta.events.register("after-call.lambda.Invoke", time_is_up)
    return client


def apply() -> None:
    lambda_eval_utils.boto_client_for = lambda_client

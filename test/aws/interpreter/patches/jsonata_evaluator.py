"""
moto 5.2.5 has no JSONata evaluator: `eval_jsonata_expression` calls None. It is given JSONata 2.0.6, the version that Step Functions
implements: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html ("Supported JSONata version").
"""

import json
import os
import subprocess
import threading
from typing import Any

from moto.stepfunctions.parser.asl.jsonata import jsonata


class Evaluator:
    """A process that reads one expression a line, as a JSON string, and answers {"value"} or {"error"} on one line."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def evaluate(self, expression: str) -> Any:
        with self._turn:
            if self._process is None:
                self._process = subprocess.Popen(json.loads(os.environ["SLIPWAY_EVALUATOR"]), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self._process.stdin.write(json.dumps(expression) + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise jsonata.JSONataException("UNKNOWN", answer["error"])
        return answer["value"]


def apply() -> None:
    # Others import `eval_jsonata_expression` by name, and that reads this variable.
    def evaluate_with(expression: str, evaluator: Evaluator = Evaluator()) -> Any:
        return evaluator.evaluate(expression)

    from moto.stepfunctions.parser.asl.component.common.string import string_expression
    from moto.stepfunctions.parser.asl.jsonata import validations

    for module in (jsonata, string_expression, validations):
        module.eval_jsonata_expression = evaluate_with

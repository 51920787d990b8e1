"""
moto 5.2.5 refuses error names that begin with `States.` wherever a name is handed up: a Fail state with one, a branch, an iteration or a
callback that failed with one all end as States.Runtime. It also lets States.ALL match everything and States.TaskFailed match by class,
not by name. AWS documents what matches what: States.ALL everything but States.DataLimitExceeded and States.Runtime, States.TaskFailed
everything but timeouts (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html, "Error names"); a nested
execution that failed is States.TaskFailed (https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html).
"""

from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.eval.environment import Environment

TERMINAL = {"States.DataLimitExceeded", "States.Runtime"}
TIMEOUTS = {"States.Timeout", "States.HeartbeatTimeout"}


def matches(wanted: str | None, error: str | None) -> bool:
    if error == "States.Runtime":
        return False
    if wanted == error:
        return True
    if wanted == "States.ALL":
        return error not in TERMINAL
    if wanted == "States.TaskFailed":
        return error not in TERMINAL | TIMEOUTS
    return wanted == "States.Timeout" and error in TIMEOUTS


def apply() -> None:
    def make(self: CustomErrorName, error_name: str | None) -> None:
        ErrorName.__init__(self, error_name=error_name)

    def eval_body(self: ErrorEqualsDecl, env: Environment) -> None:
        reported = env.stack.pop()
        error = None if reported is None else reported.error_name
        env.stack.append(any(matches(wanted.error_name, error) for wanted in self.error_names))

    CustomErrorName.__init__ = make
    ErrorEqualsDecl._eval_body = eval_body

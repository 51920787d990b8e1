"""
moto 5.2.5 writes a text into an expression between quotation marks as it stands, so a quotation mark or a line break in a value breaks
the expression. A variable's value is data, whatever its characters:
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from typing import Any

from moto.stepfunctions.parser.asl.eval import states, variable_store
from moto.stepfunctions.parser.asl.jsonata import jsonata
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str


def declare(bindings: dict[str, Any]) -> str:
    return "".join(f"{name}:={to_json_str(value, separators=(',', ':'))};" for name, value in bindings.items())


def apply() -> None:
    for module in (jsonata, states, variable_store):
        module.encode_jsonata_variable_declarations = declare

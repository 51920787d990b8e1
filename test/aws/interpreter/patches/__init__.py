"""
What is changed in moto's Step Functions interpreter, one module each. PATCHES correct it where AWS documents something else; STAND_INS
replace what a test has to control: functions and time. Control flow (which state comes next, what is retried, caught, joined) stays its own.
"""

from importlib import import_module

PINNED = "5.2.5"
PATCHES = ("jsonata_evaluator", "jsonata_values", "query_errors", "values_at_entry", "error_names", "no_choice_matched", "start_execution", "stopped_branches", "task_failure_cause", "output_as_json")
STAND_INS = ("functions", "time_of_the_test")


def apply_patches(without: list[str]) -> None:
    unknown = [name for name in without if name not in PATCHES]
    if unknown:
        raise SystemExit(f"There are no patches named {', '.join(unknown)}. There are: {', '.join(PATCHES)}.")
    for name in (*PATCHES, *STAND_INS):
        if name not in without:
            import_module(f"patches.{name}").apply()

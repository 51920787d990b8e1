"""
Serves moto's Step Functions interpreter on a free loopback port, with the patches of ./patches, and says which port on stdout. It ends
when stdin closes: it never outlives its starter.

Environment: SLIPWAY_LAMBDA (address that answers lambda:Invoke), SLIPWAY_EVALUATOR (command line of the JSONata evaluator, as JSON),
SLIPWAY_WITHOUT (names of patches to leave out, with commas between them: each patch's own test shows what the interpreter does without it).
"""

import logging
import os
import sys
import threading
import time

os.environ["TZ"] = "UTC"  # The interpreter compares UTC timestamps with the local time.
time.tzset()

import moto  # noqa: E402
from moto.core.config import default_user_config  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from patches import PINNED, apply_patches  # noqa: E402


class QuietHandler(MotoRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: object) -> None:
        pass


def end_with_starter() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if moto.__version__ != PINNED:
    sys.exit(f"The patches are for moto {PINNED}, and this is {moto.__version__}. Read each patch against the new version before PINNED changes.")
apply_patches([name for name in os.environ.get("SLIPWAY_WITHOUT", "").split(",") if name])
threading.excepthook = lambda _: None  # Threads of branches that were stopped end with an error that nobody waits for.
logging.disable()  # The interpreter logs each failure that a scenario asks for.
default_user_config["stepfunctions"] = {"execute_state_machine": True}
threading.Thread(target=end_with_starter, daemon=True).start()
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True, request_handler=QuietHandler)
os.environ["MOTO_PORT"] = str(server.server_port)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()

"""Serves the emulator on a free loopback port, says which on stdout, and ends when stdin closes: it never outlives its starter."""

import os
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server


class QuietHandler(MotoRequestHandler):
    def log_request(self, *_: object) -> None:
        pass


def end_with_starter() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_starter, daemon=True).start()
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True, request_handler=QuietHandler)
os.environ["MOTO_PORT"] = str(server.server_port)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()

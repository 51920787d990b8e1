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


class OneTransactionAtATime:
    """moto checks the conditions of a transaction and writes it in two steps, and another thread may come between; DynamoDB serializes them."""

    def __init__(self, application) -> None:
        self.application = application
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB_"):
            return self.application(environ, start_response)
        with self.lock:
            return self.application(environ, start_response)


threading.Thread(target=end_with_starter, daemon=True).start()
server = make_server("127.0.0.1", 0, OneTransactionAtATime(DomainDispatcherApplication(create_backend_app)), threaded=True, request_handler=QuietHandler)
os.environ["MOTO_PORT"] = str(server.server_port)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()

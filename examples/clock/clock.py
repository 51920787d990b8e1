"""Tells the time in UTC on PORT until SIGTERM."""
import json
import os
import signal
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Clock(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        known = self.path in ("/", "/health")
        answer = {"now": datetime.now(timezone.utc).isoformat()} if known else {"error": "there is only /"}
        body = (json.dumps(answer) + "\n").encode()
        self.send_response(200 if known else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-version", os.environ.get("SLIPWAY_VERSION", "local"))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer((os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8082"))), Clock)
# shutdown() waits for the loop that serves, so it cannot be called from the loop's own thread.
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()

"""Takes orders of the contact centre: `SECRET=whsec_… python receiver.py 8090`. Standard library alone."""

import base64, hashlib, hmac, json, os, sys, threading, time  # noqa: E401, I001
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["SECRET"].removeprefix("whsec_"))
ANSWERED: dict[str, dict] = {}  # a table with a unique id, in earnest: it outlives a restart
ORDERS: dict[str, dict] = {}
ONE_AT_A_TIME = threading.Lock()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name, at = self.headers.get("webhook-id", ""), self.headers.get("webhook-timestamp", "0")
        digest = hmac.new(KEY, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
        given = self.headers.get("webhook-signature", "").split()
        ours = "v1," + base64.b64encode(digest).decode()
        if not any(hmac.compare_digest(ours, one) for one in given) or abs(time.time() - int(at)) > 300:
            return self.answer(401, {"message": "the signature does not fit, or is too old"})
        with ONE_AT_A_TIME:  # two attempts at once are one
            if name not in ANSWERED:  # the same id is the same request: otherwise it is answered as before
                ANSWERED[name] = self.carry_out(**json.loads(body))
        return self.answer(200, ANSWERED[name])

    def carry_out(self, type, data):
        if type == "order.placed":
            number = str(1000 + len(ORDERS))
            ORDERS[number] = {**data, "progress": "new"}  # hand it to your dispatchers here
            return {"order_id": number}
        if type == "order.cancelled" and data["order_id"] in ORDERS:
            ORDERS[data["order_id"]]["progress"] = "cancelled"
        if type == "orders.states":
            known = [number for number in data["order_ids"] if number in ORDERS]
            return {"orders": [{"order_id": number, "progress": ORDERS[number]["progress"]} for number in known]}
        return {"orders": []}

    def answer(self, status, told):
        written = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()

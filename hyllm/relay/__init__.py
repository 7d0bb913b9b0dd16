"""An OpenAI-compatible server on loopback whose model is whoever answers files in a folder.

Each request is parked as files; the answer is whatever is written beside them. All state is in
the folder, so a relay can be stopped and started again, and a request asked again finds its answer.

    with Relay("inbox", port=8765) as relay:
        relay.serve_forever()
"""

from ._folder import Status, status
from ._server import Relay

__all__ = ["Relay", "Status", "status"]

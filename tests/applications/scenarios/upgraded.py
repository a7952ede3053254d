"""upgraded.py: a service that is upgraded hot. It tells each line of a client's its version.

Listens on 127.0.0.1 and prints the port, which the kernel chose. At SIGHUP it hands its listener to
the next version, which takes its place, and resets the connections that it has.
"""

import os
import signal
import socket
import struct
import sys
import threading

version = int(sys.argv[1]) if len(sys.argv) > 1 else 1
if version == 1:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
else:
    listener = socket.socket(fileno=int(sys.argv[2]))
clients = []


def upgrade(*_):
    # SO_LINGER with a time of 0: a RST instead of a FIN, when execve(2) closes the descriptor.
    for client in clients:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    listener.set_inheritable(True)
    os.execv(sys.executable, [sys.executable, __file__, str(version + 1), str(listener.fileno())])


def serve(client):
    for _ in client.makefile("rb"):
        client.sendall(b"version %d\n" % version)


signal.signal(signal.SIGHUP, upgrade)
while True:
    client, _ = listener.accept()
    clients.append(client)
    threading.Thread(target=serve, args=(client,), daemon=True).start()

"""leavers.py ADDRESS COUNT REQUEST: clients that are there to be killed in mid-request.

Makes COUNT connections to ADDRESS (HOST:PORT, or the path of a socket), sends REQUEST on each,
with backslash escapes, and takes one byte of each answer. Then it prints "ready", and waits.
"""

import signal
import socket
import sys

address, count, request = sys.argv[1:]
request = request.encode().decode("unicode_escape").encode("latin-1")
clients = []
for _ in range(int(count)):
    if address.startswith("/"):
        client = socket.socket(socket.AF_UNIX)
        client.connect(address)
    else:
        host, port = address.split(":")
        client = socket.create_connection((host, int(port)))
    client.sendall(request)
    clients.append(client)
for client in clients:
    client.recv(1)
print("ready", flush=True)
signal.pause()

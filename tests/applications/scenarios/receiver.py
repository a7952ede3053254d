"""receiver.py PEM ADDRESS PORT: prints the port that it listens on, then each line that it is sent.

Behind a line "starttls" the client speaks TLS. Whenever the receiver has printed a line, it has read
all that the client has sent: if it is killed then, the client is sent a FIN first, and a RST for
the next that it writes.
"""

import socket
import ssl
import sys
import threading


def read_line(client):
    line = b""
    while not line.endswith(b"\n"):
        byte = client.recv(1)
        if not byte:
            return None
        line += byte
    return line


def serve(client):
    while line := read_line(client):
        if line == b"starttls\n":
            client = context.wrap_socket(client, server_side=True)
        print(line.decode(), end="", flush=True)


def serve_until_lost(client):
    try:
        serve(client)
    except OSError:
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
listener = socket.create_server((sys.argv[2], int(sys.argv[3])))
print(listener.getsockname()[1], flush=True)
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve_until_lost, args=(client,), daemon=True).start()

"""tls_front.py PEM ADDRESS PORT: takes TLS connections and passes what they carry on in plain text.

Prints the port that it listens on, and reads from its standard input the port to pass on to.
"""

import socket
import ssl
import sys
import threading


def pass_on(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, behind):
    try:
        client = context.wrap_socket(client, server_side=True)
        server = socket.create_connection(behind)
    except OSError:
        client.close()
        return
    threading.Thread(target=pass_on, args=(server, client), daemon=True).start()
    pass_on(client, server)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
listener = socket.create_server((sys.argv[2], int(sys.argv[3])))
print(listener.getsockname()[1], flush=True)
behind = (sys.argv[2], int(sys.stdin.readline()))
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=(client, behind), daemon=True).start()

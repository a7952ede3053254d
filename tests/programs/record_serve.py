"""record_serve.py [--stream] SOCKET FOLDER COMMAND...: runs COMMAND beside a server of datagrams.

Binds the Unix socket SOCKET, and leaves the datagrams that come until COMMAND has ended in
FOLDER as files 1, 2, 3, ... With --stream: what comes over each connection. The status is COMMAND's.
"""

import os
import select
import socket
import subprocess
import sys

stream = sys.argv[1] == "--stream"
path, folder, *command = sys.argv[1 + stream :]
server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
server.bind(path)
if stream:
    server.listen()
server.setblocking(False)
os.mkdir(folder)
count = 0


def take():
    if not stream:
        return server.recv(65536)
    with server.accept()[0] as connection, connection.makefile("rb") as whole:
        return whole.read()


child = subprocess.Popen(command, close_fds=False)
ended = os.pidfd_open(child.pid)
while True:
    ready = select.select([server, ended], [], [])[0]
    try:
        datagram = take()
    except BlockingIOError:
        if ended in ready:
            break
        continue
    count += 1
    with open(f"{folder}/{count}", "wb") as file:
        file.write(datagram)
status = child.wait()
sys.exit(status if status >= 0 else 128 - status)

"""record_serve.py SOCKET FOLDER COMMAND...: runs COMMAND beside a server of datagrams.

Binds the Unix socket SOCKET, and leaves the datagrams that come until COMMAND has ended in
FOLDER as files 1, 2, 3, ... The status is COMMAND's.
"""

import os
import select
import socket
import subprocess
import sys

path, folder, command = sys.argv[1], sys.argv[2], sys.argv[3:]
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(path)
server.setblocking(False)
os.mkdir(folder)
count = 0
child = subprocess.Popen(command, close_fds=False)
ended = os.pidfd_open(child.pid)
while True:
    ready = select.select([server, ended], [], [])[0]
    try:
        datagram = server.recv(65536)
    except BlockingIOError:
        if ended in ready:
            break
        continue
    count += 1
    with open(f"{folder}/{count}", "wb") as file:
        file.write(datagram)
status = child.wait()
sys.exit(status if status >= 0 else 128 - status)

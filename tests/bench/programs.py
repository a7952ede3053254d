"""Whole programs as the distribution ships them, server and client both under the variant. All
servers are up at the same time, and the clients run by turns. The server has one CPU and the
client the other, so that where the scheduler puts them is the same each time."""

import glob
import json
import os
import pwd
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time

from race import CPUS, QUIET_CPU, compare
from variants import command

CLIENT_CPU = {CPUS[0]}


def as_user(name):
    """For a program that refuses to be root."""
    return ["setpriv", f"--reuid={name}", f"--regid={name}", "--clear-groups"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """One server and the client that measures it, under one variant."""

    def __init__(self, variant, folder):
        self.variant = variant
        self.folder = folder
        self.port = free_port()
        self.server = None
        self.prepare()

    def prepare(self):
        pass

    def popen(self, arguments, cpus, **options):
        arguments, environment = command(self.variant, arguments)
        return subprocess.Popen(
            arguments,
            env=environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, cpus),
            **options,
        )

    def serve(self, arguments, ready=None):
        self.server = self.popen(arguments, QUIET_CPU, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not (ready or self.accepts)():
            if self.server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{arguments[0]} did not start")
            time.sleep(0.02)

    def accepts(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def client(self, arguments):
        process = self.popen(arguments, CLIENT_CPU, stdout=subprocess.PIPE, text=True)
        output, _ = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"{arguments[0]}: status {process.returncode}: {output}")
        return output

    def end(self):
        if self.server:
            self.server.terminate()
            self.server.wait()


class Nginx(Program):
    title = "nginx, wrk"
    needs = ["nginx", "wrk"]

    def prepare(self):
        with open(os.path.join(self.folder, "page"), "w") as page:
            page.write("x" * 1024)
        with open(os.path.join(self.folder, "nginx.conf"), "w") as file:
            file.write(
                f"""daemon off; worker_processes 1; pid {self.folder}/pid; error_log stderr;
                {"user root;" if os.getuid() == 0 else ""}
                events {{ }}
                http {{ access_log off; sendfile on; keepalive_requests 1000000;
                    server {{ listen 127.0.0.1:{self.port}; root {self.folder}; }} }}"""
            )
        self.serve(["nginx", "-p", self.folder, "-c", "nginx.conf", "-e", "stderr"])

    def cost(self):
        output = self.client(
            ["wrk", "-t1", "-c16", "-d1s", f"http://127.0.0.1:{self.port}/page"]
        )
        assert "Non-2xx" not in output, output
        return 1e9 / float(re.search(r"Requests/sec: +([0-9.]+)", output)[1])


class Redis(Program):
    title = "redis, redis-benchmark"
    needs = ["redis-server", "redis-benchmark"]

    def prepare(self):
        self.serve(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        )

    def cost(self):
        output = self.client(
            ["redis-benchmark", "-p", str(self.port), "-c", "16", "-n", "20000"]
            + ["-t", "get", "-d", "64", "--csv"]
        )
        return 1e9 / float(re.search(r'"GET","([0-9.]+)"', output)[1])


class Iperf3(Program):
    title = "iperf3"
    needs = ["iperf3"]

    def prepare(self):
        # An attempt to connect, just to see, would be a test to it.
        self.serve(["iperf3", "-s", "-p", str(self.port)], self.listens)

    def listens(self):
        with open("/proc/net/tcp6") as four, open("/proc/net/tcp") as six:
            return f":{self.port:04X} " in four.read() + six.read()

    def cost(self):
        report = json.loads(
            self.client(["iperf3", "-c", "127.0.0.1", "-p", str(self.port), "-n", "1G", "-J"])
        )
        return 8e9 / report["end"]["sum_sent"]["bits_per_second"]


class Dd(Program):
    title = "dd | dd"
    needs = ["dd"]

    def cost(self):
        count = 8000
        start = time.monotonic_ns()
        reader, writer = os.pipe()
        one = self.popen(
            ["dd", "if=/dev/zero", "bs=64k", f"count={count}"], QUIET_CPU, stdout=writer
        )
        os.close(writer)
        two = subprocess.Popen(
            command(self.variant, ["dd", "of=/dev/null", "bs=64k"])[0],
            env=command(self.variant, [])[1],
            stdin=reader,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, CLIENT_CPU),
        )
        os.close(reader)
        assert one.wait() == 0 and two.wait() == 0
        return (time.monotonic_ns() - start) / count


class Postgres(Program):
    title = "PostgreSQL, pgbench"
    bin = max(glob.glob("/usr/lib/postgresql/*/bin/"), default="/usr/lib/postgresql/no version/bin/")
    needs = [bin + "postgres"]
    user = as_user("postgres") if os.getuid() == 0 else []

    def prepare(self):
        first = os.path.join(os.path.dirname(self.folder), "cluster")
        if not os.path.exists(first):
            self.make_cluster(first)
        shutil.copytree(first, os.path.join(self.folder, "data"))
        if self.user:
            subprocess.run(["chown", "-R", "postgres:", self.folder], check=True)
        os.chmod(os.path.join(self.folder, "data"), 0o700)
        self.serve(
            [*self.user, self.bin + "postgres", "-D", "data", "-k", self.folder]
            + ["-c", f"port={self.port}", "-c", "listen_addresses=127.0.0.1", "-F"]
        )
        self.pgbench("-i", "-q")

    def make_cluster(self, path):
        os.mkdir(path)
        if self.user:
            os.chmod(os.path.dirname(path), 0o755)
            shutil.chown(path, "postgres", "postgres")
        _, environment = command("bare", [])
        subprocess.run(
            [*self.user, self.bin + "initdb", "-D", path, "-U", "bench", "-A", "trust", "-N"],
            env=environment,
            stdout=subprocess.DEVNULL,
            check=True,
            cwd="/",
        )

    def pgbench(self, *arguments):
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "bench", "postgres"]
        return self.client([self.bin + "pgbench", *arguments, *address])

    def cost(self):
        output = self.pgbench("-n", "-S", "-c", "4", "-t", "2500")
        return 1e9 / float(re.search(r"tps = ([0-9.]+) \(without", output)[1])


PROGRAMS = [Nginx, Redis, Iperf3, Dd, Postgres]
COMPARED = ["bare", "bare again", "catch", "masking"]


def is_there(program):
    return all(shutil.which(name) for name in program.needs)


def programs(seconds):
    """So long for each program. Those that are not installed are left out."""
    results = []
    for program in filter(is_there, PROGRAMS):
        with tempfile.TemporaryDirectory(prefix="nosigpipe-bench.") as folder:
            servers = {}
            try:
                for name in COMPARED:
                    own = os.path.join(folder, name.replace(" ", "-"))
                    os.mkdir(own)
                    servers[name] = program(name, own)
                results.append(by_turns(program.title, servers, seconds))
            finally:
                for server in servers.values():
                    server.end()
    return results


def by_turns(title, servers, seconds):
    times = {name: [] for name in servers}
    for server in servers.values():
        server.cost()  # to warm up
    end = time.monotonic() + seconds
    order = list(servers)
    while time.monotonic() < end:
        random.shuffle(order)
        for name in order:
            times[name].append(servers[name].cost())
    return {"call": title, "base": "bare", "variants": compare(times, "bare")}

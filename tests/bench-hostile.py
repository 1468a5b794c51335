#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how long small mail takes while hostile mail is being fought over, beside the same mail alone.

    bench-hostile.py PROGRAM [SECONDS [ATTACK...]]

Starts PROGRAM (a pii-milter) with the shipped configuration and a state folder of its own, sends small mail over one
connection for so many seconds (10), then again while two connections send ATTACKs of `tests/attacks/make.py` (zip-wide,
html-tags, text-addresses, pdf-page) in turns, then once more alone. By hand, on a machine that does nothing else: the
figure is the second median by the first.
"""
import os
import pathlib
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).parent
PROGRAM, SECONDS = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
ATTACKS = sys.argv[3:] or ["zip-wide", "html-tags", "text-addresses", "pdf-page"]


def packet(command, payload=b""):
    return struct.pack(">I", len(payload) + 1) + command + payload


class Wire:
    """One connection, as Postfix opens it."""

    def __init__(self, port):
        self.stream = socket.create_connection(("127.0.0.1", port))
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.stream.makefile("rb")
        self.send(packet(b"O", b"\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff") + packet(b"C", b"c\x004\0\x00127.0.0.1\0"))
        self.reply()

    def send(self, data):
        self.stream.sendall(data)

    def reply(self):
        head = self.input.read(5)
        if len(head) < 5:
            raise EOFError
        self.input.read(struct.unpack(">I", head[:4])[0] - 1)
        return head[4:5]

    def answer(self):
        while True:
            if (reply := self.reply()) in (b"a", b"c", b"r", b"t", b"d", b"y"):
                return reply

    def mail(self, fields, body):
        """Sends a mail; the seconds until its answer."""
        data = packet(b"M", b"<a@example.ch>\0") + packet(b"R", b"<b@example.org>\0")
        data += b"".join(packet(b"L", name + b"\0" + value + b"\0") for name, value in fields)
        data += b"".join(packet(b"B", body[at:at + 60_000]) for at in range(0, len(body), 60_000))
        start = time.perf_counter()
        self.send(data + packet(b"E"))
        for _ in range(2):
            self.answer()
        return time.perf_counter() - start


def parts(raw):
    head, _, body = raw.partition(b"\n\n")
    return [tuple(line.split(b":", 1)) for line in head.split(b"\n")], body


def small(port, seconds):
    wire, took = Wire(port), []
    fields = [(b"From", b" a@example.ch"), (b"Subject", b" Sitzung"), (b"Content-Type", b" text/plain; charset=utf-8")]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        took.append(wire.mail(fields, b"Guten Tag\r\n\r\nwir treffen uns um 14 Uhr.\r\n" * 20))
    return sorted(took)


def memory(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) >> 10 for line in lines if line.startswith("VmRSS"))


def workers(pid):
    children = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
    return {child for one in children for child in one.read_text(encoding="ascii").split()}


def report(name, took, pid):
    cut = statistics.quantiles(took, n=100)
    print(f"{name:8} {len(took):6} mails  median {cut[49] * 1000:7.2f} ms  p90 {cut[89] * 1000:7.2f} ms  p99 {cut[98] * 1000:7.2f} ms  daemon {memory(pid)} MB")
    return cut[49]


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-B", HERE / "attacks/make.py", folder + "/attacks"], check=True)
        attacks = [parts((pathlib.Path(folder) / f"attacks/{name}.eml").read_bytes()) for name in ATTACKS]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config = (HERE.parent / "conf/pii-milter.yaml").read_text(encoding="utf-8")
        lines = [f"  listen: inet:127.0.0.1:{port}" if line.strip().startswith("listen:") else line for line in config.splitlines()]
        path = pathlib.Path(folder) / "pii-milter.yaml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        env = {**os.environ, "HOME": folder, "STATE_DIRECTORY": folder + "/state", "RUNTIME_DIRECTORY": folder}
        with open(folder + "/log", "wb") as log:
            daemon = subprocess.Popen([PROGRAM, "--config", str(path), "serve"], env=env, stderr=log, stdout=log)
        try:
            measure(daemon.pid, port, attacks)
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait()


def measure(pid, port, attacks):
    for _ in range(200):
        try:
            small(port, 0.5)
            break
        except OSError:
            time.sleep(0.1)
    before = workers(pid)
    alone = report("alone", small(port, SECONDS), pid)
    is_over, sent = threading.Event(), [0]

    def fight(at):
        wire = Wire(port)
        while not is_over.is_set():
            wire.mail(*attacks[at % len(attacks)])
            at, sent[0] = at + 1, sent[0] + 1

    fights = [threading.Thread(target=fight, args=(at,)) for at in range(2)]
    for one in fights:
        one.start()
    beside = report("beside", small(port, SECONDS), pid)
    is_over.set()
    for one in fights:
        one.join()
    report("after", small(port, SECONDS), pid)
    print(f"{sent[0]} attacks, {len(before - workers(pid))} of {len(before)} workers replaced, small mail {beside / alone:.2f} times as long")


main()

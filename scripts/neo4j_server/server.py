"""One throw-away server: a home folder, its settings, a process, a password that stands on no command line."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from neo4j_server import asking
from neo4j_server.assembly import assembled
from neo4j_server.java import java_for
from neo4j_server.lines import Line
from neo4j_server.passwords import password_of, write_private
from neo4j_server.trouble import Trouble

HOST = "127.0.0.1"
USERNAME = "neo4j"
PATIENCE = 300.0
"""Seconds that a server may take to answer, and to stop."""

LAST_WORDS = 12
"""Lines of the log that are shown where a server ends by itself."""

JAVA_FLAGS = (
    "-XX:+UseG1GC",
    "-XX:+ExitOnOutOfMemoryError",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dlog4j2.disable.jmx=true",
)


PORTS = range(12_000, 32_000)
"""Where free ports are sought: below those that a system hands to outgoing connections, so that none is taken while a server restarts."""

ATTEMPTS = 5
"""How often a server is started that finds its freely chosen ports taken by another in the meantime."""

TAKEN = "Address already in use"


def free_ports(number: int) -> list[int]:
    """Return this many different ports of the loopback that nobody listens on now."""
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        if len(found) == number:
            return found
        with socket.socket() as one:
            try:
                one.bind((HOST, port))
            except OSError:
                continue
            found.append(port)
    raise Trouble(f"No free port among {PORTS.start} to {PORTS.stop - 1} of {HOST}.")


class Server:
    """A Neo4j Community server on the loopback with its password set, on a home folder that outlives the process.

    ``home`` is made where it is missing; a home that has served before keeps its data and its password (``password`` must then be None or
    the same). ``config`` adds to or overrides lines of neo4j.conf. ``plugins`` loads Graph Data Science (and APOC where the line has it).
    ``quick`` compiles lightly: it starts in half the time and runs long queries slower. It ends with this process,
    however that ends, unless it is released. ``jvm`` are further options of Java.
    """

    def __init__(
        self,
        line: Line,
        home: Path,
        *,
        password: str | None = None,
        config: Mapping[str, str] | None = None,
        heap: str = "1g",
        plugins: bool = False,
        quick: bool = False,
        ports: tuple[int, int] | None = None,
        jvm: Sequence[str] = (),
    ) -> None:
        self.line, self.home, self.heap, self.plugins = line, home.resolve(), heap, plugins
        self.jvm = [*jvm, *(["-XX:TieredStopAtLevel=1"] if quick else [])]
        self.chosen = ports is None
        self._listen_on(*(ports or free_ports(2)))
        self.username = USERNAME
        self.config = dict(config or {})
        self.log = self.home / "neo4j.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.guard: subprocess.Popen[bytes] | None = None
        self.files = assembled(line)
        self.java = java_for(line)
        for name in ("conf", "data", "logs", "import", "run"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        self.password = password_of(self.home, password)
        self._configure()

    def _listen_on(self, bolt_port: int, http_port: int) -> None:
        self.bolt_port, self.http_port = bolt_port, http_port
        self.uri, self.http = f"bolt://{HOST}:{bolt_port}", f"http://{HOST}:{http_port}"

    def _configure(self) -> None:
        """Write neo4j.conf. A throw-away server keeps no old transaction logs and calls nobody."""
        settings = {
            "server.default_listen_address": HOST,
            "server.bolt.listen_address": f"{HOST}:{self.bolt_port}",
            "server.bolt.advertised_address": f"{HOST}:{self.bolt_port}",
            "server.http.listen_address": f"{HOST}:{self.http_port}",
            "server.http.advertised_address": f"{HOST}:{self.http_port}",
            "server.https.enabled": "false",
            "server.memory.pagecache.size": "256m",
            "db.tx_log.preallocate": "false",
            "db.tx_log.rotation.retention_policy": "keep_none",
            "dbms.usage_report.enabled": "false",
            "client.allow_telemetry": "false",
        }
        if self.plugins:
            settings["server.directories.plugins"] = str(self.files / "plugins")
            settings["dbms.security.procedures.unrestricted"] = "gds.*,apoc.*"
        settings.update(self.config)
        text = "".join(f"{name}={value}\n" for name, value in sorted(settings.items()))
        (self.home / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")

    def _java(self) -> list[str]:
        """Return Java with the class path. ``lib`` comes first: kept classes serve only the start of the path they were kept from."""
        archive = self.java.archive(self.files)
        kept = [f"-XX:SharedArchiveFile={archive}", "-Xlog:cds=off"] if archive.exists() else []
        places = [f"{self.files / 'lib'}/*", *([f"{self.files / 'plugins'}/*"] if self.plugins else [])]
        return [str(self.java.path), *kept, "-cp", os.pathsep.join(places)]

    def admin(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``neo4j-admin`` with these arguments on this home (most of its commands want the server stopped)."""
        where = {**os.environ, "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}
        flags = [f"-Dbasedir={self.home}", f"-Dapp.home={self.home}", "--add-opens=java.base/java.nio=ALL-UNNAMED"]
        command = [*self._java(), *flags, "org.neo4j.cli.AdminTool", *arguments]
        return subprocess.run(command, env=where, capture_output=True, text=True, check=False)

    def _set_password(self) -> None:
        """Give a new home its password: through a file that only we can read, since anyone can read a command line."""
        arguments = self.home / "run" / "password.arguments"
        quoted = self.password.replace("\\", "\\\\").replace('"', '\\"')
        try:
            write_private(arguments, f'"{quoted}"\n')
            ended = self.admin("dbms", "set-initial-password", f"@{arguments}")
        finally:
            arguments.unlink(missing_ok=True)
        if ended.returncode != 0:
            raise Trouble(f"Neo4j did not take the first password: {_tail(ended.stderr.splitlines(), self.password)}")

    def command(self) -> Sequence[str]:
        """Return the command line of the server's process."""
        where = [f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}", "--console-mode"]
        return [*self._java(), "-Xms256m", f"-Xmx{self.heap}", *JAVA_FLAGS, *self.jvm, self.line.main, *where]

    def start(self) -> None:
        """Start it and return when it answers queries. Raises Trouble with the end of its log where it ends before or is too slow.

        Ports that were chosen freely for a server that has not answered yet are chosen again where another took them meanwhile.
        """
        if not (self.home / "data" / "dbms").exists():
            self._set_password()
        for attempt in range(ATTEMPTS):
            try:
                self._started()
            except Trouble as trouble:
                if not self.chosen or attempt == ATTEMPTS - 1 or TAKEN not in str(trouble):
                    raise
                self.kill()
                self._listen_on(*free_ports(2))
                self._configure()
            else:
                self.chosen = False  # whoever knows its address finds it there after a restart
                return

    def _started(self) -> None:
        with self.log.open("ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, cwd=self.home
            )
        self._set_guard(self.process.pid)
        deadline = time.monotonic() + PATIENCE
        while not asking.answers(self.http, self.username, self.password, HOST, self.bolt_port):
            if self.process.poll() is not None:
                taken = f"{TAKEN}. " if TAKEN.encode() in self.log.read_bytes()[begin:] else ""
                raise Trouble(f"Neo4j {self.line.name} ended while it started: {taken}{self.last_words()}")
            if time.monotonic() > deadline:
                self.kill()
                raise Trouble(f"Neo4j {self.line.name} did not answer within {PATIENCE:.0f} seconds: {self.last_words()}")
            time.sleep(0.2)

    def _set_guard(self, server: int) -> None:
        """Have a small process wait for our end: the pipe to it closes even when we are killed, and it then kills the server."""
        script = 'cat >/dev/null; kill -s KILL -- "-$1"'
        self.guard = subprocess.Popen(
            ["sh", "-c", script, "sh", str(server)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def release(self) -> int:
        """Let it go on when this process ends; returns the id of its process, which is the caller's to end from now on."""
        assert self.process is not None, "it was not started"
        if self.guard is not None and self.guard.stdin is not None:
            self.guard.kill()
            self.guard.wait()
            self.guard.stdin.close()
        server, self.process, self.guard = self.process.pid, None, None
        return server

    def last_words(self) -> str:
        """Return the end of the log in one line, without the password."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return _tail(lines, self.password)

    def stop(self) -> None:
        """Stop it in good order; nothing happens where it does not run. A server that does not end in time is killed."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            if self.process.poll() is None:
                os.killpg(self.process.pid, how)
                self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.release()

    def restart(self) -> None:
        """Stop it where it runs, and start it again on the same home and ports."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def _tail(lines: Sequence[str], password: str) -> str:
    kept = [line.strip() for line in lines if line.strip() and not line.startswith("\tat ")][-LAST_WORDS:]
    return " | ".join(kept).replace(password, "***") if kept else "it said nothing"

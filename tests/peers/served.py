"""Starts `acier emulator` in a temporary folder and stops it.

Never: know what is asked of it. Gives the sign-in file that the emulator wrote.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading

PATIENCE = 60


@contextlib.contextmanager
def emulator(binary, *options):
    """Yields the path of the sign-in file and what it holds."""
    with tempfile.TemporaryDirectory(prefix="acier-peers-") as folder:
        command = [binary, "emulator", f"-folder={folder}", *options]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
        try:
            path = _auth_file(process)
            with open(path, encoding="utf-8") as file:
                auth = json.load(file)
            # All clients here, old and new, take the authority from this variable.
            os.environ["REQUESTS_CA_BUNDLE"] = auth["caCertificatePath"]
            os.environ["AZURE_AUTH_LOCATION"] = path
            yield path, auth
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        assert process.returncode == 0, f"the emulator ended with {process.returncode}"


def _auth_file(process):
    """The path that the emulator prints once it is served."""
    lines = queue.Queue()

    def pump():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=pump, daemon=True).start()
    while True:
        line = lines.get(timeout=PATIENCE)
        assert line is not None, "the emulator ended before it was served"
        if line.startswith("auth file"):
            return line.removeprefix("auth file").strip()

"""The scripts of a newcomer: what they say when something is in the way."""

import os
import re
import shlex
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BASH = shutil.which("bash")
COMMON = shlex.quote(str(ROOT / "script" / "common.sh"))  # the folder may have a blank in its name


def shell(command: str, *, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    """Run a line of bash after `script/common.sh`; output and errors come together."""
    return subprocess.run(
        [BASH, "-c", f"set -euo pipefail; . {COMMON}; {command}"],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_without_python_setup_says_what_to_install(tmp_path):
    result = shell("find_python", cwd=tmp_path, PATH=str(tmp_path))
    assert result.returncode == 1
    assert "The portal needs Python 3.11 or later; found: none." in result.stdout


def test_an_old_python_is_named_and_not_used(tmp_path):
    program(tmp_path / "python3", 'case "$2" in *platform*) echo 3.9.2 ;; *) exit 1 ;; esac')
    result = shell("find_python", cwd=tmp_path, PATH=str(tmp_path))
    assert result.returncode == 1
    assert "The portal needs Python 3.11 or later; found: 3.9.2." in result.stdout


def test_a_python_without_venv_is_told_apart(tmp_path):
    program(tmp_path / "python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    result = shell("find_python", cwd=tmp_path, PATH=str(tmp_path))
    assert result.returncode == 1
    assert "apt-get install python3-venv" in result.stdout


def test_the_first_python_that_runs_is_used(tmp_path):
    program(tmp_path / "python3.11", "exit 127")  # a shim of a version that is not installed
    program(tmp_path / "python3.12", "exit 0")
    result = shell("find_python", cwd=tmp_path, PATH=str(tmp_path))
    assert result.stdout == "python3.12\n"


def test_a_python_that_was_named_is_never_replaced_by_another(tmp_path):
    program(tmp_path / "old python", 'case "$2" in *platform*) echo 3.9.2 ;; *) exit 1 ;; esac')
    program(tmp_path / "bin" / "python3.11", "exit 0")
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    result = shell("find_python", cwd=tmp_path, PATH=path, PYTHON=str(tmp_path / "old python"))
    assert result.returncode == 1
    assert "The portal needs Python 3.11 or later; found: 3.9.2." in result.stdout


def test_a_python_may_lie_in_a_folder_with_a_blank_in_its_name(tmp_path):
    program(tmp_path / "my tools" / "python3", "exit 0")
    named = str(tmp_path / "my tools" / "python3")
    assert shell("find_python", cwd=tmp_path, PYTHON=named).stdout == f"{named}\n"


def test_pip_is_asked_only_when_the_requirements_changed(tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("# nothing\n")
    install = "make_venv portal requirements.txt"

    first = shell(install, cwd=tmp_path, PYTHON=sys.executable)
    assert first.returncode == 0, first.stdout
    assert "Installing the packages" in first.stdout
    second = shell(install, cwd=tmp_path, PYTHON=sys.executable)
    assert (second.returncode, second.stdout) == (0, "")

    requirements.write_text("khong-co-goi-nay==1\n")
    for _ in range(2):  # a failed installation does not count as done
        without_index = shell(install, cwd=tmp_path, PYTHON=sys.executable, PIP_NO_INDEX="1")
        assert without_index.returncode == 1
        assert "It needs a package index" in without_index.stdout


@pytest.fixture
def folder(tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return tmp_path


def test_setup_writes_an_env_file_that_only_its_owner_reads(folder):
    assert shell("write_env", cwd=folder).returncode == 0
    written = (folder / ".env").read_text()
    assert re.search(r"^DEBUG=true$", written, re.M)
    assert len(re.search(r"^SECRET_KEY=(\S+)$", written, re.M)[1]) >= 50
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_setup_keeps_an_env_file(folder):
    (folder / ".env").write_text("DEBUG=true\nPORTAL_NAME=OCOP thử\n")
    assert shell("write_env", cwd=folder).returncode == 0
    assert (folder / ".env").read_text() == "DEBUG=true\nPORTAL_NAME=OCOP thử\n"


@pytest.mark.parametrize("debug", ["false", "False", "0", "off"])
def test_setup_writes_no_development_values_where_debug_is_off(folder, debug):
    assert shell("write_env", cwd=folder, DEBUG=debug).returncode == 0
    assert not (folder / ".env").exists()


def test_server_says_that_the_port_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = shell("script/server", PORT=str(port))
    assert result.returncode == 1
    assert f"Port {port} is taken" in result.stdout
    assert "PORT=8001 script/server" in result.stdout


@pytest.mark.parametrize("port", ["abc", "0", "65536", "8000 ", "99999999999999999999"])
def test_server_refuses_what_is_no_port_before_it_installs_anything(port):
    result = shell("script/server", PORT=port)
    assert result.returncode == 1
    assert result.stdout == f"\nPORT must be a number from 1 to 65535, not “{port}”.\n"


def load(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess:
    """Run script/load.py on a database of its own; output and errors come together."""
    return subprocess.run(
        [sys.executable, "script/load.py"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **dict.fromkeys(("SECRET_KEY", "CACHE_URL", "CELERY_BROKER_URL", "HTTPS"), ""),
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": f"sqlite:///{tmp_path}/ocop.sqlite3",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )


def test_setup_touches_nothing_where_debug_is_off(tmp_path):
    """A migration of data that others work with does not run backwards."""
    result = load(tmp_path, DEBUG="false")
    assert result.returncode == 1
    assert "DEBUG is off, so nothing was done" in result.stdout
    assert not (tmp_path / "ocop.sqlite3").exists()


def test_setup_names_a_wrong_setting_without_a_traceback(tmp_path):
    result = load(tmp_path, DEBUG="true", UPLOAD_MAX_MB="25MB")
    assert result.returncode == 1
    assert result.stdout == (
        "The settings do not hold: UPLOAD_MAX_MB must be a whole number and nothing else on its"
        " line, not '25MB'.\n"
    )


@pytest.mark.parametrize("script", ["setup", "server"])
def test_an_argument_that_is_not_known_shows_the_usage_and_does_nothing(script):
    result = shell(f"script/{script} --khong-co")
    assert result.returncode == 2
    assert f"script/{script}\n" in result.stdout or f"script/{script} " in result.stdout

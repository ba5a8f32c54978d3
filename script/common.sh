# What script/setup, script/server and script/test share. Sourced, not run.

say() { printf '%s\n' "$@"; }

die() {
    printf '\n%s\n' "$@" >&2
    exit 1
}

# Print the first Python of 3.11 or later that runs and can make a virtual environment. Whoever names
# one in PYTHON gets that one or is told why not, never another.
find_python() {
    local candidate found="" candidates=(python3.11 python3.12 python3.13 python3)
    [ -z "${PYTHON:-}" ] || candidates=("$PYTHON")
    for candidate in "${candidates[@]}"; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
            found="$found $("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null || true)"
            continue
        }
        "$candidate" -c 'import ensurepip, venv' 2>/dev/null || {
            found="$found $candidate-without-venv"
            continue
        }
        say "$candidate"
        return
    done
    case "$found" in
    *-without-venv*)
        die "This Python has no venv module. On Debian or Ubuntu: apt-get install python3-venv" ;;
    *)
        die "The portal needs Python 3.11 or later; found:${found:- none}." \
            "Install one (Debian, Ubuntu: apt-get install python3 python3-venv) or name it: PYTHON=/path/to/python3.11 script/setup" ;;
    esac
}

# make_venv NAME FILE…: a virtual environment in .venv that holds what the requirement files say.
# Nothing is asked of pip while the files (and those they include) are as they were.
make_venv() {
    local name="$1" stamp=".venv/installed-$1" python state
    shift
    if ! .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python="$(find_python)" || exit 1
        say "Making the virtual environment .venv with $python ($("$python" -c 'import platform; print(platform.python_version())')) …"
        "$python" -m venv --clear .venv || die "The virtual environment could not be made in $PWD/.venv."
    fi
    state="$(.venv/bin/python -c '
import hashlib, pathlib, sys
files = [pathlib.Path(name).read_bytes() for name in sys.argv[1:]]
print(sys.version_info[:2], hashlib.sha256(b"".join(files)).hexdigest())
' "$@")"
    [ "$(cat "$stamp" 2>/dev/null)" = "$state" ] && return
    say "Installing the packages of ${*: -1} (a minute or two the first time) …"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "${@: -1}" || die \
        "pip could not install the packages; its own words are above." \
        "It needs a package index: check the network, or name another index in pip's configuration" \
        "(pip config set global.index-url …). Then start again: what is installed stays."
    printf '%s\n' "$state" >"$stamp"
}

# A .env for development, unless there is one or the environment speaks of production.
write_env() {
    [ -e .env ] && return
    case "$(printf '%s' "${DEBUG:-true}" | tr '[:upper:]' '[:lower:]')" in
    true | 1 | yes | on) ;;
    *) return ;;
    esac
    (
        umask 077
        printf '# For development; every variable is explained in .env.example.\nDEBUG=true\nSECRET_KEY=%s\n' \
            "$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')" >.env
    )
    say "Wrote .env with the values for development."
}

# Everything but the start: packages, .env, tables, the programme, the samples to try it with.
# Leaves the sample accounts with their passwords in $accounts.
prepare() {
    make_venv portal requirements.txt
    write_env
    mkdir -p "${DATA_DIR:-var}/static" # WhiteNoise warns without it
    accounts="$(.venv/bin/python script/load.py)"
}

#!/bin/sh
# Make a virtual environment with a Python for which TensorFlow has wheels: 3.11 to 3.13, 64-bit.
#
#     tools/environment.sh FOLDER [PYTHON]
#
# With PYTHON, that one or a message. Without, the first on the PATH that will do; else uv fetches
# one. Nothing outside FOLDER and FOLDER-uv is written.
set -u
folder=$1
asked=${2:-}

# What a Python must be. `venv` alone is not enough: Debian leaves ensurepip to another package.
fits='import ensurepip, struct, sys, venv
sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13) and struct.calcsize("P") == 8))'

say() {
    printf '%s\n' "$*" >&2
}

# Succeeds where the program exists, runs, and is such a Python.
will_do() {
    command -v "$1" > /dev/null 2>&1 && "$1" -c "$fits" > /dev/null 2>&1
}

make_with() {
    say "Python: $("$1" -c 'import sys; print(sys.version.split()[0], "at", sys.executable)')"
    "$1" -m venv --clear "$folder"
}

# uv from the PATH, or from an environment of its own, made by any Python that can.
find_uv() {
    if command -v uv > /dev/null 2>&1 && uv --version > /dev/null 2>&1; then
        echo uv
        return 0
    fi
    for python in python3 python; do
        if "$python" -m venv --clear "$folder-uv" > /dev/null 2>&1 &&
            "$folder-uv/bin/python" -m pip install --quiet --quiet uv > /dev/null 2>&1; then
            echo "$folder-uv/bin/uv"
            return 0
        fi
    done
    return 1
}

make_with_uv() {
    say "No Python 3.11 to 3.13 was found here: uv fetches Python 3.13 (about 30 MB)."
    why=$("$1" venv --quiet --clear --seed --python 3.13 "$folder" 2>&1) || {
        why=$(printf '%s' "$why" | tr '\n' ' ')
        return 1
    }
}

if [ -n "$asked" ]; then
    if ! will_do "$asked"; then
        say "PYTHON=$asked: not a 64-bit Python 3.11 to 3.13 with venv; give another, or none"
        exit 1
    fi
    make_with "$asked"
    exit
fi
for python in python3.13 python3.12 python3.11 python3 python; do
    if will_do "$python"; then
        make_with "$python"
        exit
    fi
done
why="uv is not here, and no Python could install it"
if uv=$(find_uv) && make_with_uv "$uv"; then
    exit 0
fi
rm -rf "$folder" "$folder-uv"
say "No Python 3.11 to 3.13 with venv was found, and uv could not fetch one ($why).
Install one, and run this again:
  Debian, Ubuntu   sudo apt install python3.13-venv   (or python3.12-venv, python3.11-venv: what apt offers)
  Fedora           sudo dnf install python3.13
  macOS            brew install python@3.13
  Windows          winget install Python.Python.3.13"
exit 1

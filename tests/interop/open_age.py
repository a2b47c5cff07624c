"""Opens an export with pyrage and writes it to standard output."""

import sys

import pyrage


def main(message_file: str, identity_file: str) -> None:
    with open(identity_file, encoding="ascii") as file:
        identity = pyrage.x25519.Identity.from_str(file.read().strip())
    with open(message_file, "rb") as file:
        sys.stdout.buffer.write(pyrage.decrypt(file.read(), [identity]))


if __name__ == "__main__":
    main(*sys.argv[1:])

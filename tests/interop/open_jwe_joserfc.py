"""Opens a sealed packet with joserfc and prints its JSON. See docs/sealed-packet.md."""

import json
import sys

from joserfc import jwe, jwk
from joserfc.errors import ExceededSizeError, UnsupportedHeaderError
from joserfc.registry import HeaderParameter

ALGORITHMS = ["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW", "A256GCM"]


def main(message_file: str, key_file: str) -> None:
    with open(key_file, encoding="utf-8") as file:
        data = json.load(file)
    key = jwk.import_key(data, data["kty"])
    with open(message_file, encoding="ascii") as file:
        message = file.read().strip()
    try:
        jwe.decrypt_compact(message, key, algorithms=ALGORITHMS)
    except (UnsupportedHeaderError, ExceededSizeError):
        pass  # It refuses members that are not registered, and what is longer than 64 KiB.
    else:
        sys.exit("joserfc opens it by itself now: docs/sealed-packet.md need not explain how")
    own = {name: HeaderParameter("of Sluis", "str", required=True) for name in ("dataset", "packet")}
    registry = jwe.JWERegistry(header_registry=own, algorithms=ALGORITHMS)
    registry.max_ciphertext_length = 64 * 1024 * 1024
    opened = jwe.decrypt_compact(message, key, registry=registry)
    header = opened.headers()
    assert header["typ"] == "JWE" and "zip" not in header, "not the profile"
    assert len(opened.plaintext) % 1024 == 0, "not padded to whole steps"
    json.dump(
        {
            "header": {name: header[name] for name in ("alg", "cty", "dataset", "enc", "kid", "packet")},
            "content": json.loads(opened.plaintext),
        },
        sys.stdout,
        ensure_ascii=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

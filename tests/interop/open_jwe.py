"""Opens a sealed packet with jwcrypto and prints its JSON. See docs/sealed-packet.md."""

import json
import sys

from jwcrypto import jwe, jwk

ALGORITHMS = ["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW", "A256GCM"]


def main(message_file: str, key_file: str) -> None:
    with open(key_file, encoding="utf-8") as file:
        key = jwk.JWK.from_json(file.read())
    with open(message_file, encoding="ascii") as file:
        message = jwe.JWE(algs=ALGORITHMS)
        message.deserialize(file.read().strip(), key=key)
    header = message.jose_header
    assert header["typ"] == "JWE" and "zip" not in header, "not the profile"
    # The padding is white space behind the JSON: a parser reads it as it is.
    assert len(message.payload) % 1024 == 0, "not padded to whole steps"
    json.dump(
        {
            "header": {name: header[name] for name in ("alg", "cty", "dataset", "enc", "kid", "packet")},
            "content": json.loads(message.payload),
        },
        sys.stdout,
        ensure_ascii=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

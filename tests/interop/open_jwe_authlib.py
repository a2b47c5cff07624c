"""Opens a sealed packet with Authlib and prints its JSON. See docs/sealed-packet.md."""

import json
import sys
import warnings

warnings.simplefilter("ignore")  # Authlib moves its JOSE to joserfc, and says so on each import.

from authlib.jose import JsonWebEncryption, JsonWebKey

ALGORITHMS = ["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW", "A256GCM"]


def main(message_file: str, key_file: str) -> None:
    with open(key_file, encoding="utf-8") as file:
        key = JsonWebKey.import_key(json.load(file))
    with open(message_file, encoding="ascii") as file:
        opened = JsonWebEncryption(algorithms=ALGORITHMS).deserialize_compact(file.read().strip(), key)
    header = opened["header"]
    assert header["typ"] == "JWE" and "zip" not in header, "not the profile"
    assert len(opened["payload"]) % 1024 == 0, "not padded to whole steps"
    json.dump(
        {
            "header": {name: header[name] for name in ("alg", "cty", "dataset", "enc", "kid", "packet")},
            "content": json.loads(opened["payload"]),
        },
        sys.stdout,
        ensure_ascii=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Verifies a receipt with jwcrypto and prints its claims. See docs/log-format.md, Receipts."""

import sys

from jwcrypto import jwk, jws


def main(receipt_file: str, key_file: str) -> None:
    with open(key_file, encoding="utf-8") as file:
        key = jwk.JWK.from_json(file.read())
    with open(receipt_file, encoding="ascii") as file:
        receipt = jws.JWS()
        receipt.allowed_algs = ["ES256"]
        receipt.deserialize(file.read().strip(), key=key)
    header = receipt.jose_header
    assert header["typ"] == "sluis-receipt+jwt", "not a receipt"
    assert header["kid"] == key.thumbprint(), "the kid is not the key's thumbprint"
    sys.stdout.buffer.write(receipt.payload)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Makes tests/vectors/sealed-packet: messages by jwcrypto that Sluis must open or refuse, one file per case.

The keys are made anew on each run and protect nothing; the content is invented.
"""

import json
import pathlib
import sys

from jwcrypto import jwe, jwk
from jwcrypto.common import base64url_decode, base64url_encode

CONTENT = '{"persoon":{"voornamen":"Noor","achternaam":"Voorbeeld"},"stages":["bakkerij é"]}'
PACKET = "0198c0de-0000-7000-8000-000000000001"


def padded(content: str) -> bytes:
    data = content.encode()
    return data + b" " * (-len(data) % 1024)


def seal(key: jwk.JWK, alg: str, plaintext: bytes | None = None, **more: str) -> str:
    header = {
        "typ": "JWE",
        "cty": "application/vnd.sluis.packet+json",
        "kid": key.get("kid"),
        "dataset": "overgangsdocument",
        "packet": PACKET,
        "alg": alg,
        "enc": "A256GCM",
    } | more
    algs = [header["alg"], header["enc"]]
    message = jwe.JWE(plaintext or padded(CONTENT), json.dumps(header), algs=algs)
    message.add_recipient(key)
    return message.serialize(compact=True)


def rewritten(message: str, **change: object) -> str:
    head, rest = message.split(".", 1)
    header = json.loads(base64url_decode(head)) | change
    return base64url_encode(json.dumps(header)) + "." + rest


def main(folder: str) -> None:
    out = pathlib.Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    rsa = jwk.JWK.generate(kty="RSA", size=3072, kid="rsa-2026")
    p256 = jwk.JWK.generate(kty="EC", crv="P-256", kid="ec-2026")
    x25519 = jwk.JWK.generate(kty="OKP", crv="X25519", kid="okp-2026")
    secret = jwk.JWK.generate(kty="oct", size=256, kid="ec-2026")
    good = seal(p256, "ECDH-ES")
    wrapped = seal(p256, "ECDH-ES+A256KW")

    def case(name: str, expect: str, key: jwk.JWK, message: str, why: str) -> None:
        data = {"why": why, "expect": expect, "key": json.loads(key.export_private()), "jwe": message}
        if expect == "opens":
            data["content"] = CONTENT
        (out / f"{name}.json").write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    case("rsa-oaep", "opens", rsa, seal(rsa, "RSA-OAEP"), "the NL GOV encryption module's algorithm")
    case("rsa-oaep-256", "opens", rsa, seal(rsa, "RSA-OAEP-256"), "OAEP with SHA-256")
    case("ecdh-es-p256", "opens", p256, good, "direct agreement on P-256")
    case("ecdh-es-a256kw-p256", "opens", p256, wrapped, "agreement on P-256, key wrapped")
    case("ecdh-es-x25519", "opens", x25519, seal(x25519, "ECDH-ES"), "direct agreement on Curve25519")
    case("unpadded", "opens", p256, seal(p256, "ECDH-ES", CONTENT.encode()), "another sealer need not pad")
    case("zip", "compressed", p256, seal(p256, "ECDH-ES", zip="DEF"), "a small message may open into an endless one")
    bomb = seal(p256, "ECDH-ES", b" " * 50_000_000, zip="DEF")
    case("zip-bomb", "compressed", p256, bomb, "fifty megabytes in fifty kilobytes")
    case("enc-a128gcm", "encryption", p256, seal(p256, "ECDH-ES", enc="A128GCM"), "only A256GCM")
    case("enc-cbc", "encryption", p256, seal(p256, "ECDH-ES", enc="A256CBC-HS512"), "only A256GCM")
    case("alg-a128kw", "key-algorithm", p256, seal(p256, "ECDH-ES+A128KW"), "only A256KW wraps")
    direct = seal(secret, "dir")
    case("alg-dir", "key-algorithm", p256, direct, "a shared secret is nobody's key")
    password = jwk.JWK.from_password("password")
    stretched = seal(password, "PBES2-HS512+A256KW", kid="ec-2026")
    case("alg-pbes2", "key-algorithm", p256, stretched, "whoever sends it chooses how long the recipient computes")
    case("kid-other", "other-key", p256, seal(p256, "ECDH-ES", kid="ec-2027"), "sealed to another key of the party")
    case("crit", "critical", p256, rewritten(good, crit=["exp"]), "an extension that must be understood is not")
    case("header-changed", "unopenable", p256, rewritten(good, dataset="other"), "the header is protected")
    parts = good.split(".")
    short_tag = ".".join(parts[:4] + [base64url_encode(base64url_decode(parts[4])[:4])])
    case("tag-short", "malformed", p256, short_tag, "four bytes of tag can be guessed")
    parts = wrapped.split(".")
    short_key = ".".join([parts[0], "AAAA"] + parts[2:])
    case("wrapped-key-short", "malformed", p256, short_key, "three bytes cannot be a wrapped key")


if __name__ == "__main__":
    main(*sys.argv[1:])

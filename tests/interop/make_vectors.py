"""Makes tests/vectors/sealed-packet: messages by jwcrypto that Sluis must open or refuse, one file per case.

The keys protect nothing; the content is invented. A file that is there already stays as it is, and its key serves the new
ones: the seeds of fuzz/corpus hold the same messages. To make everything anew, empty the folder first.
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


def seal(key: jwk.JWK, alg: str, plaintext: bytes | None = None, **more: object) -> str:
    header = {
        "typ": "JWE",
        "cty": "application/vnd.sluis.packet+json",
        "kid": key.get("kid"),
        "dataset": "overgangsdocument",
        "packet": PACKET,
        "alg": alg,
        "enc": "A256GCM",
    } | more
    header = {name: value for name, value in header.items() if value is not None}
    algs = [header["alg"], header["enc"]]
    message = jwe.JWE(padded(CONTENT) if plaintext is None else plaintext, json.dumps(header), algs=algs)
    message.add_recipient(key)
    return message.serialize(compact=True)


def rewritten(message: str, **change: object) -> str:
    head, rest = message.split(".", 1)
    header = json.loads(base64url_decode(head)) | change
    return base64url_encode(json.dumps(header)) + "." + rest


def with_part(message: str, index: int, data: bytes) -> str:
    parts = message.split(".")
    parts[index] = base64url_encode(data)
    return ".".join(parts)


def main(folder: str) -> None:
    out = pathlib.Path(folder)
    out.mkdir(parents=True, exist_ok=True)

    def key(of: str, **kind: object) -> jwk.JWK:
        file = out / f"{of}.json"
        if file.exists():
            return jwk.JWK(**json.loads(file.read_text(encoding="utf-8"))["key"])
        return jwk.JWK.generate(**kind)

    rsa = key("rsa-oaep", kty="RSA", size=3072, kid="rsa-2026")
    p256 = key("ecdh-es-p256", kty="EC", crv="P-256", kid="ec-2026")
    x25519 = key("ecdh-es-x25519", kty="OKP", crv="X25519", kid="okp-2026")
    secret = jwk.JWK.generate(kty="oct", size=256, kid="ec-2026")
    good = seal(p256, "ECDH-ES")
    wrapped = seal(p256, "ECDH-ES+A256KW")

    def case(name: str, expect: str, key: jwk.JWK, message: str, why: str, **said: str) -> None:
        data = {"why": why, "expect": expect, "key": said | json.loads(key.export_private()), "jwe": message}
        if expect == "opens":
            data["content"] = CONTENT
        file = out / f"{name}.json"
        if not file.exists():
            file.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    case("rsa-oaep", "opens", rsa, seal(rsa, "RSA-OAEP"), "the NL GOV encryption module's algorithm")
    oaep256 = seal(rsa, "RSA-OAEP-256")
    case("rsa-oaep-256", "opens", rsa, oaep256, "OAEP with SHA-256", alg="RSA-OAEP-256")
    case("ecdh-es-p256", "opens", p256, good, "direct agreement on P-256")
    case("ecdh-es-a256kw-p256", "opens", p256, wrapped, "agreement on P-256, key wrapped", alg="ECDH-ES+A256KW")
    case("ecdh-es-x25519", "opens", x25519, seal(x25519, "ECDH-ES"), "direct agreement on Curve25519")
    case("unpadded", "opens", p256, seal(p256, "ECDH-ES", CONTENT.encode()), "another sealer need not pad")
    case("zip", "compressed", p256, seal(p256, "ECDH-ES", zip="DEF"), "a small message may open into an endless one")
    bomb = seal(p256, "ECDH-ES", b" " * 50_000_000, zip="DEF")
    case("zip-bomb", "compressed", p256, bomb, "fifty megabytes in fifty kilobytes")
    case("enc-a128gcm", "encryption", p256, seal(p256, "ECDH-ES", enc="A128GCM"), "only A256GCM")
    case("enc-cbc", "encryption", p256, seal(p256, "ECDH-ES", enc="A256CBC-HS512"), "only A256GCM")
    not_said = "the key says no algorithm, which means another"
    case("alg-not-said-rsa", "key-algorithm", rsa, oaep256, not_said)
    case("alg-not-said-ec", "key-algorithm", p256, wrapped, not_said)
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

    # What makes libraries fail: RFC 7518, section 5.3 and RFC 3394 give these lengths.
    sealed = {"rsa": (rsa, seal(rsa, "RSA-OAEP")), "agreed": (p256, good), "wrapped": (p256, wrapped)}
    for name, (own, message) in sealed.items():
        case(f"iv-absent-{name}", "malformed", own, with_part(message, 2, b""), "GCM without an iv")
        case(f"iv-16-{name}", "malformed", own, with_part(message, 2, bytes(16)), "an iv of 16 bytes")
    for count in (0, 1, 2, 4, 7, 8, 39, 48):
        message = with_part(wrapped, 1, bytes(count))
        case(f"wrapped-key-{count}", "malformed", p256, message, "32 bytes wrapped are 40 bytes")
    case("agreed-key-1", "malformed", p256, with_part(good, 1, b"x"), "direct agreement wraps nothing")
    case("rsa-key-383", "malformed", rsa, with_part(sealed["rsa"][1], 1, bytes(383)), "shorter than the modulus")
    case("rsa-key-385", "malformed", rsa, with_part(sealed["rsa"][1], 1, bytes(385)), "longer than the modulus")
    head, rest = good.split(".", 1)
    twice = base64url_decode(head).replace(b"{", b'{"enc":"A256GCM",', 1)
    case("header-name-twice", "malformed", p256, base64url_encode(twice) + "." + rest, "two readers, two meanings")
    case("epk-absent", "ephemeral-key", p256, rewritten(good, epk=None), "nothing to agree with")
    case("epk-private", "ephemeral-key", p256, rewritten(good, epk=json.loads(p256.export_private())), "a private key")

    # Good seals around what the profile does not have.
    case("typ-jwt", "kind", p256, seal(p256, "ECDH-ES", typ="JWT"), "a token is no packet")
    case("typ-absent", "kind", p256, seal(p256, "ECDH-ES", typ=None), "typ is JWE")
    case("cty-other", "kind", p256, seal(p256, "ECDH-ES", cty="application/json"), "cty names the content")
    case("cty-absent", "kind", p256, seal(p256, "ECDH-ES", cty=None), "cty names the content")
    case("kid-absent", "other-key", p256, seal(p256, "ECDH-ES", kid=None), "kid names the key")
    case("dataset-absent", "malformed", p256, seal(p256, "ECDH-ES", dataset=None), "a packet is of a dataset")
    case("packet-absent", "malformed", p256, seal(p256, "ECDH-ES", packet=None), "a packet has an identifier")
    case("apu", "foreign", p256, seal(p256, "ECDH-ES", apu="QWxpY2U"), "an input to the derivation by the sender")
    case("apv", "foreign", p256, seal(p256, "ECDH-ES", apv="Qm9i"), "an input to the derivation by the sender")
    case("jku", "foreign", p256, seal(p256, "ECDH-ES", jku="https://sluis.example/keys"), "keys to fetch")
    own = json.loads(p256.export_public())
    case("jwk", "foreign", p256, seal(p256, "ECDH-ES", jwk=own), "kid names the key")
    case("x5u", "foreign", p256, seal(p256, "ECDH-ES", x5u="https://sluis.example/c"), "a certificate to fetch")
    case("unknown-member", "opens", p256, seal(p256, "ECDH-ES", later="1"), "RFC 7516, section 4: ignored")
    case("content-empty", "malformed", p256, seal(p256, "ECDH-ES", b""), "the shortest packet is {}")
    for name, content in {
        "padding": b" " * 1024,
        "no-json": b"geheim",
        "list": b"[]",
        "text": b'"geheim"',
        "not-utf-8": b'{"naam":"No\xebl"}',
        "name-twice": b'{"naam":"Noor","naam":"Sem"}',
        "two": b"{}{}",
        "bom": b"\xef\xbb\xbf{}",
    }.items():
        case(f"content-{name}", "content", p256, seal(p256, "ECDH-ES", content), "one JSON object in UTF-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

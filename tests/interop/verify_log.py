"""Verifies a log, own entries of it and a receipt, by docs/log-format.md alone.

    verify_log.py <folder> [--vkey FILE]                                   a folder of a log, and everything in it
    verify_log.py [<folder>] --vkey FILE --entries FILE [--first N]        own entries, a JSON list, from number N (or 1) on
    verify_log.py [<folder>] --vkey FILE --receipt FILE --jwk FILE         a receipt; with --entries, against its entry
    verify_log.py --vectors tests/vectors/log/vectors.json                 the example of the format

With a folder, entries and receipts are held against it as well. Says what is wrong where and ends with 1, or else with 0;
`--json` says it as a document. Receipts need jwcrypto, the rest no more than cryptography.
"""

import argparse
import hashlib
import json
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LEAF = b"sluis-leaf-v2\n"
HEX = re.compile(rb"[0-9a-f]{64}\n")
PARTS = ["shared", "sender", "recipient", "on-behalf", "gateway"]
MEMBERS = """v number reader event outcome traceId caller onBehalfOf sender recipient subject packet request declaration
    declarationKind capacity evidence verdict notice dataset datasetVersion purpose municipality basis provisions conditions ages
    faults categories omitted answer jweSha256 keyThumbprint policyDigest person staff certificate cause asOf subjects
    rows gone entries""".split()


def need(holds: object, what: str) -> None:
    if not holds:
        raise ValueError(what)


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha(b"\1", left, right)


def root_of(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        pairs = [node(*hashes[at : at + 2]) for at in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[2 * len(pairs) :]
    return hashes[0] if hashes else sha()


def root_by(index: int, size: int, found: bytes, path: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.3.2."""
    last = size - 1
    for beside in path:
        need(last > 0, "the proof has too many hashes")
        right = index & 1 or index == last
        found = node(beside, found) if right else node(found, beside)
        while right and index and not index & 1:
            index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
    need(last == 0, "the proof has too few hashes")
    return found


def base64(text: str, length: int) -> bytes:
    data = b64decode(text, validate=True)
    need(len(data) == length and b64encode(data).decode() == text, f"{text!r} is no base64 of {length} bytes")
    return data


def parsed(text: str) -> object:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        need(len(dict(pairs)) == len(pairs), "a member stands twice")
        return dict(pairs)

    def no_number(said: str) -> None:
        raise ValueError(f"{said} is no whole number")

    return json.loads(text, object_pairs_hook=once, parse_float=no_number, parse_constant=no_number)


def number(value: object, least: int = 0) -> int:
    need(type(value) is int and value >= least, f"{value!r} is no number from {least} on")
    return value


def party(value: dict[str, str]) -> str:
    told = f"{value['oin']}/{value['role']}"
    need(list(value) == ["oin", "role"] and re.fullmatch("[0-9]{20}/[a-z-]+", told), "a party is an oin and a role")
    return told


def time_of(leaf: bytes) -> int:
    need(len(leaf) == 54 and leaf.startswith(LEAF), "the leaf has not the form of version 2")
    return int.from_bytes(leaf[14:22], "big")


def spelled(tile: int) -> str:
    groups = re.findall("...", f"{tile:0{-(-len(str(tile)) // 3) * 3}}")
    return "/".join(f"x{one}" for one in groups[:-1]) + "/" * (len(groups) > 1) + groups[-1]


def body_of(part: str, text: str) -> dict[str, object]:
    told = parsed(text)
    need(next(iter(told.items()), None) == ("v", 2), f"{part}: does not begin with version 2")
    need(json.dumps(told, ensure_ascii=False, separators=(",", ":")) == text, f"{part}: is not canonical")
    need([one for one in MEMBERS if one in told] == list(told), f"{part}: has a member that is unknown or out of its order")
    need([] not in told.values(), f"{part}: has an empty list")
    for one in {"categories", "omitted"} & told.keys():
        need(sorted(set(told[one]), key=str.encode) == told[one], f"{part}: {one} is no sorted set")
    need(("number" in told) == ("reader" in told), f"{part}: has a reader or a number without the other")
    need("reader" not in told or part in PARTS[1:4], f"{part}: has a reader, and is no part of a party")
    return told


class Verifier:
    def __init__(self) -> None:
        self.said: dict[str, object] = {"faults": [], "notes": []}
        self.roots: dict[int, bytes] = {}  # by size, as the folder has it or as signed first
        self.entries: dict[int, tuple[bytes, dict[str, object], set[str]]] = {}  # leaf, shared part and readers, by index
        self.hashes: list[bytes] | None = None  # of the leaves, as the folder's root confirms them

    def fault(self, where: str, what: str) -> None:
        self.said["faults"].append({"where": where, "what": what})

    @contextmanager
    def at(self, where: str) -> Iterator[None]:
        try:
            yield
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as wrong:
            self.fault(where, str(wrong) if type(wrong) is ValueError else f"{type(wrong).__name__}: {wrong}")

    def trust(self, vkey: str) -> None:
        form = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)\n?", vkey)
        need(form, "is no vkey")
        key = base64(form[3], 33)
        need(key[0] == 1, "is no Ed25519 key of a log")
        need(sha(form[1].encode(), b"\n", key)[:4].hex() == form[2], "the key id does not follow from name and key")
        self.vkey, self.origin, self.key_id = form[0].strip(), form[1], bytes.fromhex(form[2])
        self.key = Ed25519PublicKey.from_public_bytes(key[1:])

    def checkpoint(self, note: str) -> tuple[int, bytes]:
        text, _, signatures = note.rpartition("\n\n")
        lines, own = text.split("\n"), 0
        need(len(lines) == 3 and not re.search(r"[\0-\t\v-\x1f]", note), "the checkpoint is not three lines and signatures")
        need(lines[0] == self.origin, f"the checkpoint is of {lines[0]!r}, the key of {self.origin!r}")
        need(re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]), "the size in the checkpoint is no number")
        need(signatures.endswith("\n"), "the checkpoint does not end with the line of a signature")
        for line in signatures[:-1].split("\n"):
            form = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
            need(form, "a line below the checkpoint is no signature")
            if form[1] == self.origin and b64decode(form[2])[:4] == self.key_id:
                own += 1
                try:
                    self.key.verify(base64(form[2], 68)[4:], f"{text}\n".encode())
                except InvalidSignature:
                    raise ValueError("the signature of the checkpoint does not hold") from None
        need(own == 1, f"the checkpoint has {own} signatures by the key of the log")
        size, root = int(lines[1]), base64(lines[2], 32)
        known = self.hashes is not None and size <= len(self.hashes)
        right = self.roots.setdefault(size, root_of(self.hashes[:size]) if known else root)
        need(root == right, f"THE LOG IS SPLIT: it signed this root for size {size}, and has another there")
        return size, root

    def proof(self, text: str, index: int, leaf_hash: bytes) -> int:
        head, _, note = text.partition("\n\n")
        lines = head.split("\n")
        need(lines[:2] == ["c2sp.org/tlog-proof@v1", f"index {index}"], f"is no proof of entry {index}")
        size, root = self.checkpoint(note)
        need(index < size, f"entry {index} lies beyond the size {size} of its checkpoint")
        found = root_by(index, size, leaf_hash, [base64(line, 32) for line in lines[2:]])
        need(found == root, "the proof does not lead from the leaf to the root of its checkpoint")
        if self.hashes is not None and size > len(self.hashes):
            self.said["notes"].append(f"the proof of entry {index} is of size {size}, beyond the folder: not compared with it")
        return size

    def folder(self, base: Path, given: bool) -> None:
        files = {file.relative_to(base).as_posix(): file for file in base.rglob("*") if file.is_symlink() or not file.is_dir()}

        def read(name: str, utmost: int = 65536) -> bytes:
            need(name in files, "is missing")
            need(files[name].is_file() and not files[name].is_symlink(), "is no plain file")
            with files[name].open("rb") as file:
                data = file.read(utmost + 1)
            if len(data) > utmost:
                self.fault(name, "is longer than it can be")
            return data[:utmost]

        with self.at("vkey"):
            own = read("vkey").decode()
            if not given:
                self.trust(own)
                self.said["notes"].append("held against its own vkey: without --vkey it may be of anybody")
            need(own.removesuffix("\n") == self.vkey, "is not the key that was given")
        size = None
        with self.at("checkpoint"):
            need(hasattr(self, "key"), "cannot be verified without a key")
            size, root = self.checkpoint(read("checkpoint").decode())
        if size is None:
            return
        self.said |= {"origin": self.origin, "size": size, "root": b64encode(root).decode(), "files": len(files)}
        if size > sum(file.lstat().st_size for file in files.values()):
            return self.fault("checkpoint", "is of more entries than these files can hold")

        leaves: dict[int, bytes] = {}
        whole, count, level = {}, size, 0  # what must be there: level, first place and width, by the name without .p
        while count:
            for first in range(0, count, 256):
                for kind in [str(level)] + ["entries"] * (level == 0):
                    whole[f"tile/{kind}/{spelled(first // 256)}"] = level, first, min(256, count - first)
            count, level = count // 256, level + 1

        def hashes(name: str, step: int, width: int, first: int = 0) -> list[bytes]:
            data = b""
            with self.at(name):
                data = read(name, width * step)
                need(len(data) == width * step, f"ends after {len(data)} of {width * step} bytes")
            items = [data[at : at + step] for at in range(0, len(data), step)]
            if step == 56:
                leaves.update(enumerate((one[2:] for one in items), first))
                return [sha(b"\0", one[2:]) if one[:2] == b"\0\x36" else b"" for one in items]
            return items if step == 32 else [bytes.fromhex(one[:64].decode()) if HEX.fullmatch(one) else b"" for one in items]

        def tile(name: str) -> tuple[int, int, list[bytes]] | None:
            """What a tile or bundle holds, with its level and first place; nothing when the log has no place for it."""
            form = re.fullmatch(r"(.*)\.p/([1-9][0-9]{0,2})", name, re.DOTALL)
            stem, width = (form[1], int(form[2])) if form else (name, 256)
            level, first, most = whole.get(stem, (0, 0, 0))
            if width > most or (form and width == 256):
                return None
            return level, first, hashes(name, 56 if name.startswith("tile/entries/") else 32, width, first)

        must = {stem if most == 256 else f"{stem}.p/{most}" for stem, (_, _, most) in whole.items()}
        held = {name: tile(name) for name in sorted(must | {name for name in files if name.startswith("tile/")})}
        sources = [hashes("leaf-hashes", 65, size)]
        for kind in ("entries", "0"):
            parts = sorted(held[name][1:] for name in must if name.startswith(f"tile/{kind}/"))
            sources.append([one for _, part in parts for one in part])
        sources = [one + [b""] * (size - len(one)) for one in sources]
        most = [max(column, key=column.count) for column in zip(*sources, strict=True)]
        self.hashes = next((one for one in [*sources, most] if root_of(one) == root), None)
        if self.hashes is None:
            self.fault(
                "checkpoint", "neither list, bundles nor tiles lead to the signed root; below counts what most of them say"
            )
        levels = [self.hashes or most]
        while len(levels[-1]) >= 256:
            levels.append([root_of(levels[-1][at : at + 256]) for at in range(0, len(levels[-1]) - 255, 256)])
        for name, found in [("leaf-hashes", (0, 0, sources[0])), *held.items()]:
            if found:
                level, first, items = found
                wrong = [first + at for at, one in enumerate(items) if one != levels[level][first + at]]
                if wrong:
                    more = f" and {len(wrong) - 9} more, up to {wrong[-1]}" if len(wrong) > 9 else ""
                    said = ", ".join(map(str, wrong[:9])) + more
                    self.fault(name, f"{'entry' if level == 0 else 'hash'} {said}: not what the log holds there")
        before = 0
        for index, leaf in sorted(leaves.items()):
            with self.at(f"tile/entries, entry {index}"):
                then, before = before, max(before, time_of(leaf))
                need(time_of(leaf) >= then, "its time lies before that of an entry before it")
        for name in sorted(set(files) - {"vkey", "checkpoint", "leaf-hashes"} - {name for name in held if held[name]}):
            with self.at(ascii(name)[1:-1]):
                form = re.fullmatch(r"proof-(0|[1-9][0-9]*)\.tlog-proof", name)
                need(form and int(form[1]) < size, "has no place in a log of this size")
                then = self.proof(read(name).decode(), int(form[1]), levels[0][int(form[1])])
                need(then <= size, f"is of size {then}, the folder of {size}")

    def entry(self, entry: dict[str, object]) -> dict[str, int]:
        """Verifies an entry by itself; answers the number of each reader whose part is there."""
        need(set(entry) == {"index", "leaf", "parts", "proof"}, f"has the members {sorted(entry)}")
        index, leaf, told, numbers = number(entry["index"]), base64(entry["leaf"], 54), {}, {}
        time_of(leaf)
        for part in entry["parts"]:
            need(set(part) == {"part", "salt", "body", "path"}, f"a part has the members {sorted(part)}")
            name, path = part["part"], part["path"]
            need(name in PARTS and name not in told, f"part {name!r} has no place, or stands twice")
            need(isinstance(path, list) and len(path) == 3, f"{name}: a path has three hashes")
            found = sha(b"sluis-part-v2\n", name.encode(), b"\n", base64(part["salt"], 32), part["body"].encode())
            for step, beside in enumerate(path):
                odd, beside = PARTS.index(name) >> step & 1, base64(beside, 32)
                found = node(beside, found) if odd else node(found, beside)
            need(found == leaf[22:], f"{name}: salt, body and path do not lead to the leaf")
            told[name] = body_of(name, part["body"]) if part["body"] else {}
            if "reader" in told[name]:
                reader, count = party(told[name]["reader"]), number(told[name]["number"], 1)
                need(numbers.setdefault(reader, count) == count, f"{reader} has two numbers in it")
        need({"event", "outcome"} <= told.get("shared", {}).keys(), "has no shared part with event and outcome")
        self.proof(entry["proof"], index, sha(b"\0", leaf))
        readers = set(numbers) | self.entries.get(index, (b"", {}, set()))[2]
        need(
            self.entries.setdefault(index, (leaf, told["shared"], readers))[0] == leaf, "another leaf was given for this index"
        )
        self.entries[index] = leaf, told["shared"], readers
        return numbers

    def own(self, entries: list[dict[str, object]], due: int = 1, where: str = "entries") -> None:
        need(isinstance(entries, list), "is no list of entries")
        said = {"reader": None, "entries": len(entries), "first": due}
        before = -1, 0  # index and time
        for at, entry in enumerate(entries):
            with self.at(f"{where}[{at}], index {entry.get('index') if isinstance(entry, dict) else None!r}"):
                count, due = due, due + 1
                numbers = self.entry(entry)
                need(len(numbers) == 1, f"has parts of {len(numbers)} readers, not of one")
                reader, due = next((reader, one + 1) for reader, one in numbers.items())
                said["reader"] = said["reader"] or reader
                need(reader == said["reader"], f"is of {reader}, not of {said['reader']}")
                then, before = before, (entry["index"], time_of(self.entries[entry["index"]][0]))
                need(due == count + 1, f"bears number {due - 1} where {count} is due: one is missing, double or out of order")
                need(then[0] < before[0] and then[1] <= before[1], "its index or time goes back behind the entry before")
        self.said.setdefault("own", []).append(said | {"last": due - 1})
        self.said["notes"].append(f"{where}: whether entries came after number {due - 1} cannot be seen from these")

    def receipt(self, text: str, jwk_text: str) -> None:
        from jwcrypto import jwk, jws
        from jwcrypto.common import JWException, base64url_decode, base64url_encode

        token, parts = jws.JWS(), text.removesuffix("\n").split(".")
        need(all(base64url_encode(base64url_decode(part)) == part for part in parts), "is no base64url")
        token.allowed_algs = ["ES256"]
        try:
            key = jwk.JWK.from_json(jwk_text)
            token.deserialize(".".join(parts), key=key)
        except JWException as wrong:
            raise ValueError(f"is not signed by this key ({wrong})") from None
        header, claims = parsed(base64url_decode(parts[0]).decode()), parsed(token.payload.decode())
        asked = {"typ": "sluis-receipt+jwt", "kid": key.thumbprint(), "alg": "ES256"}
        need(json.loads(jwk_text).get("kid", asked["kid"]) == asked["kid"], "the kid of the key is not its thumbprint")
        need(header == asked, f"its header is not {asked}")
        may = {"packet", "asOf"}
        need(set(claims) - may == {"iss", "iat", "party", "event", "index", "leaf", "proof"}, f"has the claims {list(claims)}")
        leaf, index, to = base64(claims["leaf"], 54), number(claims["index"]), party(claims["party"])
        need(claims["iss"] == self.origin, f"is issued by {claims['iss']!r}")
        need(number(claims["iat"]) >= time_of(leaf) // 1000, "was issued before the time of its leaf")
        need(number(claims.get("asOf", 0)) <= index, "was decided as of a later entry than its own")
        self.proof(claims["proof"], index, sha(b"\0", leaf))
        if index in self.entries:
            own, shared, readers = self.entries[index]
            need(own == leaf and to in readers, "is of another leaf or for another party than the entry")
            event = "released" if shared["event"] == "pull" else shared["event"]
            need(claims["event"] == event, f"says {claims['event']!r} where {event!r} belongs")
            need(all(claims.get(one) == shared.get(one) for one in may), "has another packet or asOf than the entry")
        self.said["receipt"] = {name: claims[name] for name in claims if name not in ("leaf", "proof")}

    def vectors(self, told: dict[str, object]) -> None:
        self.trust(told["vkey"])
        with self.at("commitments"):
            commitments, leaf = [bytes.fromhex(one) for one in told["commitments"]], base64(told["entry"]["leaf"], 54)
            need([one.hex() for one in commitments] == told["commitments"], "a commitment is not in lower case")
            need(len(commitments) == len(told["entry"]["parts"]) == 5, "there are not five parts")
            root = root_of([*commitments, bytes(32), bytes(32), bytes(32)])
            need(leaf == LEAF + told["time"].to_bytes(8, "big") + root, "time and commitments do not make the leaf")
            need(sha(b"\0", leaf).hex() == told["leafHash"], "leafHash is not the hash of the leaf")
        with self.at("entry"):
            self.entry(told["entry"])
        for reader, entries in told["readers"].items():
            with self.at("readers"):
                self.own(entries, 1, reader)
                need(self.said["own"][-1]["reader"] == reader, f"{reader} is given what another reads")
        with self.at("receipt"):
            self.receipt(told["receipt"], json.dumps(told["receiptKey"]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    for option in ("--vkey", "--entries", "--receipt", "--jwk", "--vectors"):
        parser.add_argument(option, type=Path, metavar="FILE")
    parser.add_argument("--first", type=int, default=1, metavar="N")
    parser.add_argument("--json", action="store_true")
    given, verifier = parser.parse_args(), Verifier()
    own = given.entries or given.receipt
    if not (given.vectors or given.folder or own) or (given.vectors and (given.vkey or given.folder or own)):
        parser.error("name a folder, entries or a receipt, or the vectors alone")
    if (own and not given.vkey) or bool(given.receipt) != bool(given.jwk):
        parser.error("entries and receipts need --vkey, and a receipt its --jwk")

    def read(file: Path) -> str:
        return file.read_bytes().decode()

    steps = [
        (given.vkey, lambda: verifier.trust(read(given.vkey))),
        (given.folder, lambda: verifier.folder(given.folder, bool(given.vkey))),
        (given.entries, lambda: verifier.own(parsed(read(given.entries)), given.first)),
        (given.receipt, lambda: verifier.receipt(read(given.receipt), read(given.jwk))),
        (given.vectors, lambda: verifier.vectors(parsed(read(given.vectors)))),
    ]
    for file, step in steps:
        with verifier.at(str(file)):
            if file and (file == given.vkey or not given.vkey or hasattr(verifier, "key")):
                step()
    said = {"ok": not verifier.said["faults"]} | verifier.said
    if given.json:
        print(json.dumps(said, indent=1))
    else:
        told = [f"{name}: {value}" for name, value in said.items() if name not in ("ok", "faults", "notes")]
        told += [f"note: {one}" for one in said["notes"]] + [f"{one['where']}: {one['what']}" for one in said["faults"]]
        told += ["verified" if said["ok"] else f"faults: {len(said['faults'])}"]
        print(*[ascii(line)[1:-1] for line in told], sep="\n")
    return 0 if said["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())

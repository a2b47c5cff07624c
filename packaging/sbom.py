"""Writes the bill of materials of the program, CycloneDX 1.6 in JSON, and holds it against that schema and against cargo:
packaging/sbom.py FILE [PROGRAM]. With PROGRAM its SHA-256 stands in it, so that a bill belongs to one build.

In it is what the build for this machine takes, by `cargo tree`: no tests, no fuzzing, no other platform. The libraries in C that
crates bring along (OpenSSL, AWS-LC, SQLite) are those crates. The same tree, program and commit give the same bytes.
"""

import datetime
import functools
import hashlib
import json
import pathlib
import subprocess
import sys
import tomllib
import uuid

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = "sluis"


def output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def cargo(*arguments: str) -> str:
    return output("cargo", *arguments, "--locked")


@functools.cache
def built() -> set[tuple[str, str]]:
    """Name and version of every package that the build takes."""
    edges = ["--package", PACKAGE, "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]
    lines = (line.split() for line in cargo("tree", *edges).splitlines() if line)
    return {(name, version.removeprefix("v")) for name, version, *_ in lines}


def component(package: dict, checksum: str | None, kind: ComponentType = ComponentType.LIBRARY) -> Component:
    # Some crates write a choice in cargo's older way.
    spdx = (package["license"] or "").replace("/", " OR ")
    links = {"repository": ExternalReferenceType.VCS, "homepage": ExternalReferenceType.WEBSITE}
    return Component(
        type=kind,
        name=package["name"],
        version=package["version"],
        bom_ref=f"pkg:cargo/{package['name']}@{package['version']}",
        description=package["description"] and " ".join(package["description"].split()),
        scope=ComponentScope.REQUIRED,
        licenses=[LicenseFactory().make_from_string(spdx)] if spdx else [],
        purl=PackageURL("cargo", None, package["name"], package["version"]),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else [],
        external_references=[
            ExternalReference(type=of, url=XsUri(package[name])) for name, of in links.items() if package[name]
        ],
    )


def bill(program: pathlib.Path | None) -> str:
    told = json.loads(cargo("metadata", "--format-version", "1"))
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))["package"]
    checksums = {(one["name"], one["version"]): one.get("checksum") for one in lock}
    taken = built()
    packages = {one["id"]: one for one in told["packages"] if (one["name"], one["version"]) in taken}
    missing = taken - {(one["name"], one["version"]) for one in packages.values()}
    assert not missing, f"cargo tree names what cargo metadata does not: {missing}"

    digest = hashlib.sha256(program.read_bytes()).hexdigest() if program else None
    components = {
        key: component(one, checksums[one["name"], one["version"]])
        for key, one in packages.items()
        if one["name"] != PACKAGE
    }
    (own,) = (key for key, one in packages.items() if one["name"] == PACKAGE)
    components[own] = component(packages[own], digest, ComponentType.APPLICATION)
    commit = output("git", "rev-parse", "HEAD").strip()
    made = datetime.datetime.fromtimestamp(int(output("git", "show", "-s", "--format=%ct", commit)), datetime.UTC)
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{packages[own]['repository']}#{commit}#{digest}"),
        metadata=BomMetaData(
            component=components[own],
            timestamp=made,
            properties=[Property(name="sluis:commit", value=commit)],
        ),
        components=[one for key, one in components.items() if key != own],
    )
    for node in told["resolve"]["nodes"]:
        if node["id"] in components:
            needs = {
                dep["pkg"]
                for dep in node["deps"]
                if dep["pkg"] in components and any(kind["kind"] != "dev" for kind in dep["dep_kinds"])
            }
            bom.register_dependency(components[node["id"]], [components[need] for need in sorted(needs)])
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def check(text: str) -> None:
    """Holds what was written, not what was meant, against the schema and against cargo."""
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault:
        sys.exit(f"the bill of materials is not as CycloneDX has it: {fault}")
    read = json.loads(text)
    listed = {(one["name"], one["version"]) for one in [*read["components"], read["metadata"]["component"]]}
    if listed != built():
        sys.exit(f"the bill of materials is not what cargo builds: {sorted(listed ^ built())}")
    bare = [one["name"] for one in read["components"] if not one.get("licenses") or not one.get("hashes")]
    if bare:
        sys.exit(f"without a licence or a checksum: {bare}")
    known = {one["bom-ref"] for one in read["components"]}
    reached, ahead = set(), [read["metadata"]["component"]["bom-ref"]]
    needs = {one["ref"]: one.get("dependsOn", []) for one in read["dependencies"]}
    while ahead:
        ahead.extend(need for need in needs[ahead.pop()] if need not in reached and not reached.add(need))
    if reached != known:
        sys.exit(f"nothing in the bill of materials needs: {sorted(known - reached)}")
    print(f"{len(known)} packages, {sum(map(len, needs.values()))} dependencies between them")


def main(file: str, program: str | None = None) -> None:
    path = pathlib.Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(bill(pathlib.Path(program) if program else None), encoding="utf-8")
    check(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(*sys.argv[1:])

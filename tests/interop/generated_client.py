"""Generates a client from an interface description and plays a handover with it, over mutual TLS.

    generated_client.py <openapi.json> <profile of the school> <profile of the college> <profile of the Doorstroompunt>

The profiles are those of a try-out (`sluis init --dev`) whose gateway runs. Everything is said through the generated client
(openapi-python-client); jwcrypto makes the proofs and opens what was pulled. Prints the opened content.
"""

import importlib
import json
import ssl
import subprocess
import sys
import tempfile
import time
import tomllib
import uuid
from base64 import b64encode
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates
from jwcrypto import jwe, jwk, jws

# The generator reads and writes text, JSON and bytes; a compact JWE is text, and it must be told so.
TOLD = "content_type_overrides:\n  application/jose: text/plain\n"


def generate(description: Path, folder: Path, package: str, settings: str):
    config = folder / f"{package}.yml"
    config.write_text(f"package_name_override: {package}\npost_hooks: []\n{settings}")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    command += ["--path", str(description), "--output-path", str(folder / package), "--config", str(config)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


class Party:
    """A party as its profile says, with a client of this package."""

    def __init__(self, profile: Path, package: str):
        self.profile = tomllib.loads(profile.read_text())
        self.folder, self.package = profile.parent, package
        context = ssl.create_default_context(cafile=self.folder / self.profile["ca"])
        context.load_cert_chain(self.folder / self.profile["certificate"], self.folder / self.profile["key"])
        client = importlib.import_module(f"{package}.client").Client
        self.client = client(base_url=self.profile["gateway"] + "/v1", verify_ssl=context)
        self.staff = {
            "sluis_staff_reference": self.profile["staff_reference"],
            "sluis_staff_function": self.profile["staff_function"],
        }

    def call(self, operation: str, *path, body=None, **parameters):
        """Calls an operation; the body is a model's name and a value of JSON. Answers what the client makes of it."""
        package, models = self.package, importlib.import_module(f"{self.package}.models")
        if body is not None:
            parameters["body"] = getattr(models, body[0]).from_dict(body[1])
        answer = importlib.import_module(f"{package}.api.{operation}").sync_detailed(*path, client=self.client, **parameters)
        assert answer.status_code < 300, f"{operation}: {answer.status_code} {answer.content.decode()}"
        return answer

    def key(self) -> jwk.JWK:
        return jwk.JWK.from_json((self.folder / self.profile["encryption_keys"][0]).read_text())

    def publish(self):
        key, chain = self.key(), (self.folder / self.profile["certificate"]).read_bytes()
        chain = [one.public_bytes(Encoding.DER) for one in load_pem_x509_certificates(chain)]
        header = {"alg": "ES256", "typ": "sluis-key-proof+jwt", "x5c": [b64encode(one).decode() for one in chain]}
        statement = jws.JWS(json.dumps({"thumbprint": key.thumbprint(), "iat": int(time.time())}))
        signer = jwk.JWK.from_pem((self.folder / self.profile["key"]).read_bytes())
        statement.add_signature(signer, protected=json.dumps(header))
        body = {"key": key.export_public(as_dict=True), "proof": statement.serialize(compact=True)}
        published = self.call("keys.publish_key", body=("NewKey", body)).parsed
        assert published.state == "active" and published.thumbprint == key.thumbprint(), published


def play(api: dict, parties: list[Path], package: str):
    school, college, doorstroompunt = (Party(profile, package) for profile in parties)

    def example(path):
        return api["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"]

    packet, today = example("/packets"), date.today().isoformat()
    for recipient in packet["recipients"]:
        consent = {
            **example("/declarations"),
            **{"kind": "toestemming", "dataset": packet["dataset"], "purpose": packet["purpose"], "towards": recipient},
            **{"givenAt": today, "explicit": True, "evidence": {"kind": "formulier", "recordedOn": today}},
            "person": {name: packet["person"][name] for name in ("reference", "birthDate")},
        }
        consent.pop("until")
        school.call("declarations.record_declaration", body=("NewDeclaration", consent), **school.staff)
    stored = school.call(
        "packets.push_packet", body=("Submission", packet), idempotency_key=str(uuid.uuid4()), **school.staff
    ).parsed
    assert [one.receipt.count(".") for one in stored.recipients] == [2, 2], stored

    waiting = college.call("inbox.list_inbox").parsed
    assert stored.id in [item.id for item in waiting.items], waiting
    pulled = college.call("packets.pull_packet", stored.id, **college.staff)
    text = pulled.content.decode()
    message = jwe.JWE()
    message.deserialize(text, key=college.key())
    content = json.loads(message.payload)

    question = college.call("evaluation.evaluate", body=("Evaluation", example("/evaluation"))).parsed
    assert question.decision is True, question
    having = ("Acknowledgement", example("/packets/{id}/acknowledgement"))
    done = college.call("packets.acknowledge_packet", stored.id, body=having).parsed
    assert done.state == "acknowledged", done
    sent = school.call("packets.read_packet", stored.id).parsed
    assert sent.to_dict()["id"] == stored.id
    assert college.call("entries.list_entries").parsed.items, "no entries"
    assert "\n— " in college.call("log.read_checkpoint").parsed, "no checkpoint"
    return text, pulled.parsed, content


def main(description: str, *profiles: str):
    api = json.loads(Path(description).read_text())
    profiles = [Path(profile) for profile in profiles]
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        said = generate(Path(description), Path(folder), "told", TOLD)
        assert "WARNING" not in said, said
        generate(Path(description), Path(folder), "untold", "")
        for profile in profiles:
            Party(profile, "told").publish()
        text, parsed, content = play(api, profiles, "told")
        assert parsed == text, "the client did not take the message for text"
        # Who does not tell the generator finds the message in `content`.
        text, parsed, again = play(api, profiles, "untold")
        assert parsed is None and again == content, parsed
    json.dump(content, sys.stdout)


main(*sys.argv[1:])

"""The evidence of a dispute: the same bytes each time, for those it concerns, and no change of it goes unnoticed offline."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey
from payments_bank import Bank, person
from payments_court import Court
from payments_papers import Office

from chassis import command_line
from contracts.identity.roles import Role
from contracts.payments.commands import AddDisputeEvidence
from contracts.payments.documents import GetEvidenceBundle
from contracts.payments.queries import GetEscrowProof
from payments.adapters.seals import Ed25519Sealer
from payments.domain.dispute_errors import DisputeNotFound
from payments.usecases.get_escrow_proof import GetEscrowProofHandler
from payments.usecases.get_evidence_bundle import GetEvidenceBundleHandler
from payments.usecases.get_evidence_keys import GetEvidenceKeysHandler
from payments.verify_bundle import BROKEN, HOLDS, UNKNOWN_KEY, UNREADABLE, BundleBroken, verify_bundle


def new_key() -> str:
    return json.dumps(OKPKey.generate_key("Ed25519", private=True).as_dict(private=True))


KEY = new_key()


class Registry:
    """A dispute with evidence from both sides, and what its bundles are asked from."""

    def __init__(self, bank: Bank, folder: Path) -> None:
        self.bank, self.folder, self.sealer = bank, folder, Ed25519Sealer(KEY)
        bank.fund()
        bank.release(0)
        bank.settle()
        Office(bank).write_down()
        court = Court(bank)
        self.mediator = court.mediator
        self.dispute = court.open(25_000)
        court.answer(self.dispute)
        for who, title in ((bank.challenger, "What was agreed"), (bank.solver, "../../etc/passwd")):
            court.evidence(AddDisputeEvidence(dispute_id=self.dispute.id, title=title, text="Look at “this”.\n" * 3), who)
        self.handler = GetEvidenceBundleHandler(bank.memory.unit_of_work, self.sealer)

    def bundle(self, by: object = None) -> bytes:
        return self.handler(GetEvidenceBundle(dispute_id=self.dispute.id), by or self.bank.challenger).content  # type: ignore[arg-type]

    def saved(self, content: bytes) -> Path:
        file = self.folder / "bundle.zip"
        file.write_bytes(content)
        return file

    def keys(self, key: str = KEY) -> str:
        file = self.folder / "keys.json"
        file.write_text(GetEvidenceKeysHandler(Ed25519Sealer(key))().model_dump_json())
        return str(file)


@pytest.fixture
def registry(bank: Bank, tmp_path: Path) -> Registry:
    return Registry(bank, tmp_path)


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def test_it_holds_all_that_payments_knows_and_says_what_is_left_out(registry: Registry) -> None:
    files = unpacked(registry.bundle())
    assert list(files) == [
        "manifest.json",
        "signature.json",
        "README.txt",
        "dispute.json",
        "evidence/001.txt",
        "evidence/002.txt",
        "proof.json",
        "documents/OC-RCT-2030-000001.json",
    ]
    manifest = json.loads(files["manifest.json"])
    assert (manifest["dispute_id"], manifest["made_for"], len(manifest["omissions"])) == (registry.dispute.id, "payer", 2)
    assert [entry["name"] for entry in manifest["files"]] == list(files)[2:]
    assert b"/etc/passwd" in files["evidence/002.txt"]  # what people write names no file
    assert len(json.loads(files["dispute.json"])["evidence"]) == 2


def test_each_side_gets_its_own_documents_and_mediators_get_all(registry: Registry) -> None:
    bank = registry.bank
    of = {who: {name for name in unpacked(registry.bundle(who)) if name.startswith("documents/")} for who in (bank.challenger, bank.solver)}
    assert of == {bank.challenger: {"documents/OC-RCT-2030-000001.json"}, bank.solver: {"documents/OC-INV-2030-000001.json"}}
    for who in (registry.mediator, bank.finance):
        assert {name for name in unpacked(registry.bundle(who)) if name.startswith("documents/")} == set().union(*of.values())
    for stranger in (person(Role.SOLVER), person(Role.SUPPORT)):
        with pytest.raises(DisputeNotFound):
            registry.bundle(stranger)


def test_it_is_the_same_bytes_until_something_changes(registry: Registry) -> None:
    first = registry.bundle()
    registry.bank.clock.advance(timedelta(days=3))
    assert registry.bundle() == first
    Court(registry.bank).evidence(AddDisputeEvidence(dispute_id=registry.dispute.id, title="More", text="More."), registry.bank.solver)
    assert registry.bundle() != first


def test_the_command_verifies_it_offline(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(registry.saved(registry.bundle()))
    assert command_line.main(["verify-bundle", file, "--keys", registry.keys()]) == HOLDS
    assert capsys.readouterr().out.startswith(f"OK: {registry.dispute.id}, 6 files")
    assert command_line.main(["verify-bundle", file]) == UNKNOWN_KEY
    assert "say --keys" in capsys.readouterr().out
    assert command_line.main(["verify-bundle", file, "--keys", registry.keys(new_key())]) == BROKEN
    assert "none of the platform's keys" in capsys.readouterr().out
    assert command_line.main(["verify-bundle", str(registry.folder / "missing.zip")]) == UNREADABLE
    assert command_line.main(["verify-bundle", str(registry.saved(b"no zip"))]) == UNREADABLE


def test_the_command_verifies_a_proof(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    bank = registry.bank
    proof = GetEscrowProofHandler(bank.memory.unit_of_work)(GetEscrowProof(escrow_id=bank.escrow.id), bank.challenger)
    file = registry.folder / "proof.json"
    file.write_text(proof.model_dump_json())
    assert command_line.main(["verify-proof", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"OK: {bank.escrow.id}")
    file.write_text(proof.model_dump_json().replace('"amount":54000', '"amount":54001', 1))
    assert command_line.main(["verify-proof", str(file)]) == 1


Change = Callable[[dict[str, bytes]], object]
CHANGES: dict[str, tuple[Change, str]] = {
    "another word": (lambda files: files.update({"evidence/001.txt": files["evidence/001.txt"] + b"."}), "evidence/001.txt was changed"),
    "a file less": (lambda files: files.pop("evidence/002.txt"), "evidence/002.txt is missing"),
    "a file more": (lambda files: files.update({"evidence/003.txt": b"x"}), "evidence/003.txt is not in the manifest"),
    "another manifest": (
        lambda files: files.update({"manifest.json": files["manifest.json"].replace(b"payer", b"payee")}),
        "the signature is not of this manifest",
    ),
    "no signature": (lambda files: files.pop("signature.json"), "it is not an evidence bundle"),
    "a signature of nothing": (lambda files: files.update({"signature.json": b"[]"}), "it is not an evidence bundle"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_goes_unnoticed(registry: Registry, change: str) -> None:
    act, complaint = CHANGES[change]
    files = unpacked(registry.bundle())
    act(files)
    with pytest.raises(BundleBroken, match=complaint):
        verify_bundle(registry.saved(packed(files)))


@pytest.mark.parametrize("name", ["proof.json", "dispute.json", "documents/OC-RCT-2030-000001.json"])
def test_what_is_signed_but_contradicts_itself_does_not_hold_either(registry: Registry, name: str) -> None:
    files = unpacked(registry.bundle())
    manifest = json.loads(files["manifest.json"])
    changed = files[name].replace(b'"amount": 100000', b'"amount": 99999').replace(b"dispute_0", b"dispute_1")
    changed = changed.replace(b'"amount_minor": 100000', b'"amount_minor": 99999', 1)
    assert changed != files[name]
    about = {key: value for key, value in manifest.items() if key not in ("files", "omissions")}
    listed = [(entry["name"], changed if entry["name"] == name else files[entry["name"]]) for entry in manifest["files"]]
    with pytest.raises(BundleBroken):
        verify_bundle(registry.saved(registry.sealer.bundle(about, listed, manifest["omissions"])))


def test_two_files_of_one_name_are_not_taken(registry: Registry) -> None:
    files = unpacked(registry.bundle())
    written = io.BytesIO(packed(files))
    with zipfile.ZipFile(written, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("proof.json", b"{}")
    with pytest.raises(BundleBroken, match="twice"):
        verify_bundle(registry.saved(written.getvalue()))


@pytest.mark.parametrize(
    "key",
    ["", "{}", "no json", pytest.param(json.dumps(OKPKey.import_key(json.loads(KEY)).as_dict(private=False)), id="public half alone")],
)
def test_a_key_that_cannot_sign_is_refused_at_the_start(key: str) -> None:
    with pytest.raises(ValueError, match="no private Ed25519 key"):
        Ed25519Sealer(key)


def test_the_published_key_is_public(registry: Registry) -> None:
    (key,) = GetEvidenceKeysHandler(registry.sealer)().keys
    assert set(key) == {"kty", "crv", "x", "use", "kid"}

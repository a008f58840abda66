"""The objects of the bucket on disk: a file with the bytes and one with what S3 knows of them."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Stored:
    key: str
    size: int
    etag: str
    headers: Mapping[str, str] = field(default_factory=dict)  # Content-Type, Content-Disposition, Cache-Control, x-amz-meta-…


class Objects:
    """Without a folder, in a temporary one that ends with the process."""

    def __init__(self, folder: Path | None) -> None:
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="sandbox-s3-")
        self._folder = folder / "s3" if folder else Path(self._temporary.name)  # type: ignore[union-attr]
        self._folder.mkdir(parents=True, exist_ok=True)

    def put(self, key: str, data: bytes, headers: Mapping[str, str]) -> Stored:
        stored = Stored(key, len(data), f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"', dict(headers))
        _write(self.path(key), data)
        _write(self._description(key), json.dumps(asdict(stored)).encode())
        return stored

    def get(self, key: str) -> Stored | None:
        description = self._description(key)
        return Stored(**json.loads(description.read_bytes())) if description.exists() else None

    def remove(self, key: str) -> None:
        self._description(key).unlink(missing_ok=True)
        self.path(key).unlink(missing_ok=True)

    def clear(self) -> None:
        for file in self._folder.iterdir():
            file.unlink()

    def path(self, key: str) -> Path:
        """Where the bytes are: no key, whatever stands in it, leads out of the folder."""
        return self._folder / hashlib.sha256(key.encode()).hexdigest()

    def _description(self, key: str) -> Path:
        return self.path(key).with_suffix(".json")


def _write(file: Path, data: bytes) -> None:
    partial = file.with_suffix(f"{file.suffix}.partial")
    partial.write_bytes(data)
    partial.rename(file)

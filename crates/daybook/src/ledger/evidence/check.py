"""Checks an evidence bundle with tlog-scales, and its disclosures with hashlib.

    check.py FOLDER TRUSTED_VKEYS [OLD_CHECKPOINT...]
"""

import base64
import json
import sys
from hashlib import sha256
from pathlib import Path

from tlog_scales import signing, tiles, tlog
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import Tile, TilesReader


def main(folder, trusted, *older):
    folder = Path(folder)
    keys = [signing.Vkey.from_string(line) for line in Path(trusted).read_text().split()]
    reader = TilesReader(LocalBackend(folder))
    head = reader.get_checkpoint()
    signed(head, keys)
    manifest = json.loads((folder / "manifest.json").read_text())
    first, end = manifest["from"], manifest["to"]
    expect(manifest["size"] == head.size and end <= head.size, "the manifest is for another tree than the checkpoint")

    # From the tiles of each level to the next, and to the root.
    count, level = head.size, 0
    while count > 0:
        for n in range(-(-count // 256)):
            width = min(count - n * 256, 256)
            hashes = read_tile(folder, level, n, width)
            leaves = 256 ** (level + 1)
            if width == 256 and fold(hashes) != reader.mth(n * leaves, (n + 1) * leaves):
                expect(False, f"tile {n} of level {level} is not what the level above says")
        count, level = count // 256, level + 1
    expect(reader.calculate_root_hash() == head.root_hash, "the tiles do not give the root of the checkpoint")

    # Every older checkpoint: of the bundle, and those that were kept elsewhere.
    older = [*folder.glob("checkpoints/*"), *older]
    for path in older:
        old = tlog.Checkpoint.from_text(Path(path).read_text())
        signed(old, keys)
        expect(old.size <= head.size, f"{path} knows of {old.size} entries, the log has {head.size}")
        if old.size > 0:
            reader.get_consistency_proof(old.size, head.size).check(old.root_hash, head.root_hash)

    # The entries: that they are those of the tiles of level 0, and what they commit to.
    entries = erased = 0
    for n in range(first // 256, -(-end // 256)):
        width = min(head.size - n * 256, 256)
        path = tiles.tile_path(-1, n, width % 256)
        leaves = Tile.from_entries_bytes(folder.joinpath(*path).read_bytes()).entries
        hashes = [tiles.leaf_hash(leaf) for leaf in leaves]
        expect(hashes == read_tile(folder, 0, n, width), f"{'/'.join(path)} is not what tile {n} of level 0 says")
        lines = folder.joinpath("disclosures", *path[2:]).read_text().split("\n")
        expect(len(lines) == width + 1 and lines[-1] == "", f"the disclosures of {'/'.join(path)} are not {width} lines")
        for i in range(width):
            erased += disclosed(n * 256 + i, json.loads(leaves[i]), json.loads(lines[i]))
        entries += width
    for i in {first, (first + end) // 2, end - 1} if first < end else ():
        reader.get_inclusion_proof(i, head.size).check(tiles.leaf_hash(reader.get_entry(i)), head.root_hash)
    print(f"Python: accepted {head.size} leaves ({entries} entries read, {erased} parts erased), {len(older)} older checkpoints")


def signed(checkpoint, keys):
    """By one of the keys at least, and by none of them wrongly."""
    known = [key for key in keys if any(key.match(signature) for signature in checkpoint.signatures)]
    expect(any(key.name == checkpoint.origin for key in known), f"no trusted key of {checkpoint.origin} has signed")
    for key in known:
        checkpoint.verify(key)


def read_tile(folder, level, n, width):
    hashes = Tile.from_hash_bytes(folder.joinpath(*tiles.tile_path(level, n, width % 256)).read_bytes()).entries
    expect(len(hashes) == width, f"tile {n} of level {level} has not {width} hashes")
    return hashes


def fold(hashes):
    while len(hashes) > 1:
        hashes = [sha256(b"\1" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2])]
    return hashes[0]


def canonical(value):
    """RFC 8785: members sorted by UTF-16, numbers as JavaScript writes them."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(member)}" for name, member in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def number(value):
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    digits, _, exponent = repr(value).partition("e")
    if not exponent:
        return digits
    sign, digits = ("-", digits[1:]) if digits[0] == "-" else ("", digits)
    if -7 < int(exponent) < 0:
        return f"{sign}0.{'0' * (-int(exponent) - 1)}{digits.replace('.', '')}"
    return f"{sign}{digits}e{int(exponent):+d}"


def disclosed(seq, leaf, shown):
    """What is shown of an entry is what its leaf commits to. The number of parts that were erased."""
    row, actor, context, salts = shown["row"], shown["actor"], shown["context"], shown["salts"]
    expect(leaf["seq"] == seq and shown["seq"] == seq, f"entry {seq} has another number")
    expect(row is not None, f"entry {seq} has no row")
    same = leaf["id"], leaf["action"], leaf["table"]
    expect((row["id"], row["action"], row["table_name"]) == same, f"the row of entry {seq} is another one's")
    # An adopted entry was written by LiteLLM before it came into the log.
    written = (context or {}).get("written_at", leaf["at"]) if (context or {}).get("adopted") else leaf["at"]
    expect(row["updated_at"] == written, f"the row of entry {seq} has another time")
    parts = {
        "actor": actor, "object": row["object_id"], "before": row["before_value"], "after": row["updated_values"],
        "context": context,
    }
    erased = 0
    for name, value in parts.items():
        if leaf[name] is not None and name not in salts:
            expect(value in (None, "[erased]"), f"the {name} of entry {seq} is shown without its salt")
            erased += 1
        elif leaf[name] is None:
            expect(value is None, f"entry {seq} was recorded without {name}")
        else:
            expect(value is not None, f"the {name} of entry {seq} is missing")
            salt = base64.urlsafe_b64decode(salts[name] + "==")
            digest = sha256(salt + name.encode() + b"\0" + canonical(value).encode()).digest()
            digest = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            expect(digest == leaf[name], f"the {name} of entry {seq} is not what was recorded")
    if actor is not None:
        same = actor["changed_by"], actor["changed_by_api_key"]
        expect((row["changed_by"], row["changed_by_api_key"]) == same, f"the row of entry {seq} names somebody else")
    return erased


def expect(holds, otherwise):
    if not holds:
        sys.exit(f"REFUSED: {otherwise}")


try:
    main(*sys.argv[1:])
except Exception as error:
    sys.exit(f"REFUSED: {type(error).__name__}: {error}")

"""Makes inclusion.jsonl and consistency.jsonl, in the form of transparency-dev/merkle's test vectors, one a line.

Nothing of the crate is used: trees and proofs are made by the recursive definitions of RFC 6962, section 2.1, and whether
a corrupted case must be refused is said by the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2.

    python3 generate.py
"""

import base64
import hashlib
import json
import pathlib

# The leaves of Certificate Transparency's reference tree, and then numbers.
REFERENCE = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [bytes.fromhex(leaf) for leaf in REFERENCE] + [n.to_bytes(8, "big") for n in range(8, 1100)]


def sha256(data):
    return hashlib.sha256(data).digest()


LEAF_HASHES = [sha256(b"\0" + leaf) for leaf in LEAVES]
EMPTY = sha256(b"")
GARBAGE = sha256(b"garbage")


def split(size):
    return 1 << ((size - 1).bit_length() - 1)


def root(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY
    k = split(len(hashes))
    return sha256(b"\1" + root(hashes[:k]) + root(hashes[k:]))


def path(index, hashes):
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if index < k:
        return path(index, hashes[:k]) + [root(hashes[k:])]
    return path(index - k, hashes[k:]) + [root(hashes[:k])]


def subproof(old, hashes, whole):
    if old == len(hashes):
        return [] if whole else [root(hashes)]
    k = split(len(hashes))
    if old <= k:
        return subproof(old, hashes[:k], whole) + [root(hashes[k:])]
    return subproof(old - k, hashes[k:], False) + [root(hashes[:k])]


def included(case):
    """RFC 9162, section 2.1.3.2."""
    if case["leafIdx"] >= case["treeSize"]:
        return False
    fn, sn, r = case["leafIdx"], case["treeSize"] - 1, case["leafHash"]
    for p in case["proof"]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = sha256(b"\1" + p + r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\1" + r + p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == case["root"]


def consistent(case):
    """RFC 9162, section 2.1.4.2; between equal sizes, and from the empty tree, the proof is empty."""
    first, second, proof = case["size1"], case["size2"], list(case["proof"])
    if first > second:
        return False
    if first == second:
        return not proof and case["root1"] == case["root2"] and (first or case["root1"] == EMPTY)
    if first == 0:
        return not proof and case["root1"] == EMPTY
    if not proof:
        return False
    if first & (first - 1) == 0:
        proof.insert(0, case["root1"])
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = sha256(b"\1" + c + fr), sha256(b"\1" + c + sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha256(b"\1" + sr + c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == case["root1"] and sr == case["root2"]


def flipped(value, bit):
    return bytes([value[0] ^ 1 << bit]) + value[1:]


def of_proof(case, bit, roots):
    """What can be done to the hashes of a proof."""
    proof = case["proof"]
    yield "trailing garbage", {"proof": proof + [GARBAGE]}
    yield "preceding garbage", {"proof": [GARBAGE] + proof}
    yield "empty component", {"proof": proof + [EMPTY]}
    for name in roots:
        yield f"trailing {name}", {"proof": proof + [case[name]]}
        yield f"preceding {name}", {"proof": [case[name]] + proof}
    if not proof:
        return
    yield "truncated proof", {"proof": proof[:-1]}
    yield "removed component", {"proof": proof[1:]}
    yield "empty proof", {"proof": []}
    yield "inserted component", {"proof": proof[:1] + [GARBAGE] + proof[1:]}
    yield "preceding proof[0]", {"proof": proof[:1] + proof}
    if len(proof) > 1:
        yield "swapped components", {"proof": [proof[1], proof[0]] + proof[2:]}
    for n, value in enumerate(proof):
        yield f"modified proof[{n}] bit {bit}", {"proof": proof[:n] + [flipped(value, bit)] + proof[n + 1 :]}


def of_inclusion(case):
    index, size = case["leafIdx"], case["treeSize"]
    if index:
        yield "leafIdx - 1", {"leafIdx": index - 1}
    yield "leafIdx + 1", {"leafIdx": index + 1}
    yield "leafIdx ^ 2", {"leafIdx": index ^ 2}
    yield "leafIdx = treeSize", {"leafIdx": size}
    yield "leafIdx + 2^32", {"leafIdx": index + (1 << 32)}
    yield "treeSize * 2", {"treeSize": size * 2}
    yield "treeSize div 2", {"treeSize": size // 2}
    yield "treeSize + 1", {"treeSize": size + 1}
    yield "treeSize = 0", {"treeSize": 0}
    yield "wrong leaf", {"leafHash": sha256(b"\0WrongLeaf")}
    yield "root as leaf", {"leafHash": flipped(case["root"], 7)}
    yield "empty root", {"root": EMPTY}
    yield "random root", {"root": GARBAGE}
    yield from of_proof(case, 3, ["root"])


def of_consistency(case):
    old, new = case["size1"], case["size2"]
    if old:
        yield "size1 - 1", {"size1": old - 1}
    yield "size1 + 1", {"size1": old + 1}
    yield "size1 ^ 2", {"size1": old ^ 2}
    yield "size2 * 2", {"size2": new * 2}
    yield "size2 div 2", {"size2": new // 2}
    yield "size2 = size1 - 1", {"size2": max(old, 1) - 1}
    yield "wrong root1", {"root1": GARBAGE}
    yield "wrong root2", {"root2": GARBAGE}
    yield "empty root1", {"root1": EMPTY}
    yield "empty root2", {"root2": EMPTY}
    if case["root1"] != case["root2"]:
        yield "swapped roots", {"root1": case["root2"], "root2": case["root1"]}
    yield "swapped sizes", {"size1": new, "size2": old}
    yield from of_proof(case, 4, ["root1", "root2"])


def text(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [text(item) for item in value] or None
    return value


def write(name, cases, corrupted, holds):
    lines = []
    for happy in cases:
        assert holds(happy), happy
        for desc, change in [("happy path", {}), *corrupted(happy)]:
            case = {**happy, **change}
            if desc != "happy path" and case == happy:
                continue
            line = {key: text(value) for key, value in case.items()}
            lines.append(json.dumps({**line, "desc": desc, "wantErr": not holds(case)}) + "\n")
    pathlib.Path(__file__).with_name(name).write_text("".join(lines))


def main():
    of_size = lambda size: LEAF_HASHES[:size]
    inclusion = [
        {"leafIdx": i, "treeSize": n, "root": root(of_size(n)), "leafHash": LEAF_HASHES[i], "proof": path(i, of_size(n))}
        for i, n in [(0, 1), (0, 8), (5, 8), (2, 3), (1, 5), (6, 7), (255, 256), (256, 257), (300, 1000), (1023, 1025)]
    ]
    consistency = [
        {"size1": a, "size2": b, "root1": root(of_size(a)), "root2": root(of_size(b)), "proof": proof}
        for a, b in [(0, 0), (0, 3), (1, 1), (1, 8), (6, 8), (2, 5), (3, 7), (256, 257), (255, 1000), (513, 1025)]
        for proof in [subproof(a, of_size(b), True) if a else []]
    ]
    write("inclusion.jsonl", inclusion, of_inclusion, included)
    write("consistency.jsonl", consistency, of_consistency, consistent)


main()

#!/usr/bin/env python3
"""Writes Unicode's canonical decompositions and combining classes (src/Fovea.Training/Data/Naming/canonical.txt), from Python's own tables,
and names in several forms with their normal form C (tests/golden/normal_form.txt) as Python's unicodedata composes them."""
import random
import sys
import unicodedata as u
from pathlib import Path

root = Path(__file__).resolve().parents[2]

lines = [f"# Unicode {u.unidata_version}: code point, combining class, canonical decomposition, x when it is never composed. Hangul is computed."]
for cp in range(sys.maxunicode + 1):
    c = chr(cp)
    raw = u.decomposition(c)
    parts = [] if not raw or raw.startswith("<") else [int(p, 16) for p in raw.split()]
    cls = u.combining(c)
    if not parts and not cls:
        continue
    excluded = bool(parts) and u.normalize("NFC", c) != c
    lines.append(f"{cp:X} {cls}" + "".join(f" {p:X}" for p in parts) + (" x" if excluded else ""))
(root / "src/Fovea.Training/Data/Naming/canonical.txt").write_text("\n".join(lines) + "\n", encoding="ascii")

rng = random.Random(5)
singles = [chr(int(l.split()[0], 16)) for l in lines[1:]]
texts = ["café", "Ångström", "Ελληνικά", "Việt Nam", "한국어", "ガラス", "שָׁלוֹם", "ạ̈", "q̣̇", "Ω", "क़", "𝅗𝅥", "ộ", "각"]
for _ in range(300):
    texts.append("".join(rng.choice(singles) if rng.random() < 0.6 else rng.choice("abeoAEOuᄀ가각ᆨᅡ") for _ in range(rng.randint(1, 6))))
with open(root / "tests/golden/normal_form.txt", "w", encoding="ascii") as out:
    for t in texts:
        for form in ("NFC", "NFD"):
            s = u.normalize(form, t)
            out.write(" ".join(f"{ord(c):X}" for c in s) + ";" + " ".join(f"{ord(c):X}" for c in u.normalize("NFC", t)) + "\n")
        out.write(" ".join(f"{ord(c):X}" for c in t) + ";" + " ".join(f"{ord(c):X}" for c in u.normalize("NFC", t)) + "\n")

#!/usr/bin/env python3
"""Rooms (the top modules of a crate) import each other one way only.

Reads the `use` items and paths of every file under CRATE/src, follows re-exports to the file that
defines a name, and fails where two rooms reach each other, where a room takes something from the
crate root, or where more than LARGEST files reach each other. Test modules are left out.

  python3 .ci/rooms.py CRATE...          the floors of each crate, bottom first
  python3 .ci/rooms.py --files CRATE...  also what ties the circles of files
"""
import os
import re
import sys
from collections import defaultdict

# Files of one idea may know each other, as a parser and what it parses do; more are a knot.
LARGEST = 5

TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|b?r(?P<h>\#*)".*?"(?P=h)|b?"(?:\\.|[^"\\])*"|b?'(?:\\.[^']*|[^'\\])')"""
    r"|(?P<word>[A-Za-z_]\w*)|(?P<path>::)|(?P<other>[^\s])",
    re.S,
)


def tokens(text):
    return [m.group() for m in TOKEN.finditer(text) if not m.group("skip")]


def closing(toks, start):
    """The index after the bracket that closes the one at `start`."""
    depth = 0
    for at in range(start, len(toks)):
        if toks[at] in "([{":
            depth += 1
        elif toks[at] in ")]}":
            depth -= 1
            if depth == 0:
                return at + 1
    return len(toks)


def without_tests(toks):
    """Drops what stands under `#[cfg(test)]`; returns the rest and the test modules of other files."""
    kept, test_files, at = [], set(), 0
    while at < len(toks):
        if toks[at : at + 7] == ["#", "[", "cfg", "(", "test", ")", "]"]:
            at += 7
            while toks[at : at + 2] == ["#", "["]:
                at = closing(toks, at + 1)
            item = at
            while at < len(toks) and toks[at] not in "{;":
                at += 1
            if at < len(toks) and toks[at] == "{" and toks[item] != "use":
                at = closing(toks, at)
            else:
                while at < len(toks) and toks[at] != ";":
                    at += 1
                if "mod" in toks[item:at]:
                    test_files.add(toks[at - 1])
                at += 1
        else:
            kept.append(toks[at])
            at += 1
    return kept, test_files


def flat(toks):
    """Inside a module written in the file, `super` is the file itself."""
    at = 0
    while at < len(toks):
        if toks[at] == "mod" and toks[at + 2 : at + 3] == ["{"]:
            end = closing(toks, at + 2)
            toks[at:end] = ["self" if t == "super" else t for t in toks[at:end]]
            at = end
        at += 1
    return toks


def use_tree(toks, at, prefix):
    """Yields (path, alias) of a use tree that begins at `at`; ends at `;` or the brace's end."""
    path = list(prefix)
    alias = None
    while at < len(toks):
        t = toks[at]
        if t == "{":
            at += 1
            while toks[at] != "}":
                at = yield from use_tree(toks, at, path)
                if toks[at] == ",":
                    at += 1
            at += 1
            return at
        if t in (",", ";", "}"):
            break
        if t == "as":
            alias = toks[at + 1]
            at += 2
            continue
        if t != "::":
            path.append(t)
        at += 1
    if path[-1] == "self" and len(path) > 1:
        path.pop()
    yield path, alias or path[-1]
    return at


class Crate:
    def __init__(self, root):
        self.root = root
        self.src = os.path.join(root, "src")
        self.files = {}  # module path -> file
        self.toks = {}
        self.uses = defaultdict(list)  # module -> [(path, name)]
        self.defined = defaultdict(set)
        self.reexported = defaultdict(set)
        self.macros = {}  # what `#[macro_export]` puts at the crate root
        skipped = set()
        for folder, _, names in sorted(os.walk(self.src)):
            for name in sorted(names):
                if name.endswith(".rs"):
                    file = os.path.join(folder, name)
                    parts = os.path.relpath(file, self.src)[:-3].split(os.sep)
                    if parts[-1] in ("mod", "lib"):
                        parts.pop()
                    if parts[:1] in (["main"], ["bin"]):
                        continue
                    module = tuple(parts)
                    self.files[module] = file
                    with open(file, encoding="utf-8") as handle:
                        kept, tests = without_tests(tokens(handle.read()))
                    self.toks[module] = flat(kept)
                    skipped |= {module + (t,) for t in tests}
        for module in [m for m in self.files if any(m[: len(s)] == s for s in skipped)]:
            del self.files[module], self.toks[module]
        for module, toks in self.toks.items():
            for at, t in enumerate(toks):
                if t == "use" and (at == 0 or toks[at - 1] in (";", "}", "{", "pub", ")", "]")):
                    tree = list(use_tree(toks, at + 1, []))
                    self.uses[module] += tree
                    if at and toks[at - 1] in ("pub", ")"):
                        self.reexported[module] |= {name for _, name in tree}
                elif t in ("struct", "enum", "fn", "trait", "type", "const", "static", "union", "mod") or (
                    t == "!" and toks[at - 1] == "macro_rules"
                ):
                    if at + 1 < len(toks):
                        self.defined[module].add(toks[at + 1])
                        if t == "!":
                            self.macros[toks[at + 1]] = module

    def absolute(self, module, path):
        path = list(path)
        if path[0] == "crate":
            return (), path[1:]
        here = list(module)
        if path[0] == "self":
            path = path[1:]
        elif path[0] == "super":
            while path and path[0] == "super":
                here = here[:-1]
                path = path[1:]
        elif tuple(here + path[:1]) not in self.files and path[0] not in self.defined[module]:
            return None
        return tuple(here), path

    def resolve(self, module, path, seen=frozenset()):
        """The module whose file defines what the path names; None where it is of another crate."""
        found = self.absolute(module, path)
        if found is None:
            return None
        here, rest = found
        while rest and here + (rest[0],) in self.files:
            here, rest = here + (rest[0],), rest[1:]
        if not rest or rest[0] == "*" or rest[0] in self.defined[here]:
            return here
        if (here, rest[0]) in seen:
            return here
        if not here and rest[0] in self.macros:
            return self.macros[rest[0]]
        seen = seen | {(here, rest[0])}
        for used, name in self.uses[here]:
            if name == rest[0]:
                return self.resolve(here, used + rest[1:], seen) or self.resolve(here, used, seen)
        for used, name in self.uses[here]:
            if name == "*":
                target = self.resolve(here, used, seen)
                if target and rest[0] in self.defined[target] | self.reexported[target]:
                    return self.resolve(target, ["self"] + rest, seen)
        return here

    def arrows(self):
        """(from, to) -> the paths that make the arrow."""
        found = defaultdict(set)
        for module, toks in self.toks.items():
            paths = [p for p, _ in self.uses[module]]
            at = 0
            while at < len(toks):
                is_path = toks[at + 1 : at + 2] == ["::"]
                if is_path and toks[at] in ("crate", "super", "self") and toks[at - 1] not in ("::", "use", "in", "pub"):
                    path = [toks[at]]
                    while toks[at + 1 : at + 2] == ["::"] and at + 2 < len(toks) and re.match(r"\w", toks[at + 2]):
                        path.append(toks[at + 2])
                        at += 2
                    paths.append(path)
                elif is_path and re.match(r"[a-z_]\w*$", toks[at]) and toks[at - 1] not in ("::", "use", "{", ","):
                    # A path that begins with a module brought in by `use`, or a child module.
                    if module + (toks[at],) in self.files and toks[at + 2] != "{":
                        paths.append(["self", toks[at], toks[at + 2]])
                at += 1
            for path in paths:
                target = self.resolve(module, path)
                if target is not None and target != module:
                    found[module, target].add("::".join(path))
        return found


def circles(nodes, edges):
    """Tarjan's strongly connected components of more than one node."""
    out = defaultdict(set)
    for a, b in edges:
        out[a].add(b)
    index, low, stack, on, result = {}, {}, [], set(), []
    for start in sorted(nodes):
        if start in index:
            continue
        work = [(start, iter(sorted(out[start])))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on.add(start)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on.add(target)
                    work.append((target, iter(sorted(out[target]))))
                    break
                if target in on:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while True:
                        member = stack.pop()
                        on.discard(member)
                        group.append(member)
                        if member == node:
                            break
                    if len(group) > 1:
                        result.append(sorted(group))
    return result


def floors(nodes, edges):
    height = {}
    out = defaultdict(set)
    for a, b in edges:
        out[a].add(b)

    def of(node):
        if node not in height:
            height[node] = 0
            height[node] = 1 + max((of(t) for t in out[node]), default=-1)
        return height[node]

    by = defaultdict(list)
    for node in nodes:
        by[of(node)].append(node)
    return [sorted(by[h]) for h in sorted(by)]


def main():
    arguments = sys.argv[1:]
    with_files = "--files" in arguments
    bad = False
    for root in [a for a in arguments if not a.startswith("--")]:
        crate = Crate(root)
        arrows = crate.arrows()
        rooms = defaultdict(set)
        for (a, b), paths in arrows.items():
            if a and b and a[0] != b[0]:
                rooms[a[0], b[0]] |= {f"{crate.files[a]}: {p}" for p in paths}
            elif a and not b:
                rooms[a[0], "the crate root"] |= {f"{crate.files[a]}: {p}" for p in paths}
        # What the root defines itself stands above every room.
        nodes = {m[0] for m in crate.files if m} | {b for _, b in rooms}
        for (a, b) in [e for e in rooms if e[1] == "the crate root"]:
            print(f"{root}: {a} takes from the crate root: {', '.join(sorted(rooms[a, b])[:4])}")
            bad = True
        groups = circles(nodes, rooms)
        if groups:
            bad = True
            for group in groups:
                print(f"{root}: a circle of {len(group)} rooms: {' '.join(group)}")
                for (a, b), paths in sorted(rooms.items()):
                    if a in group and b in group:
                        print(f"  {a} -> {b} ({len(paths)}): {'; '.join(sorted(paths)[:3])}")
        else:
            print(f"{root}: {len(nodes)} rooms on one-way stairs: " + " → ".join(" ".join(f) for f in floors(nodes, rooms)))
        groups = circles(set(crate.files), set(arrows))
        for group in sorted(groups, key=len, reverse=True):
            if len(group) > LARGEST:
                bad = True
            elif not with_files:
                continue
            print(f"{root}: a circle of {len(group)} files")
            for (a, b), paths in sorted(arrows.items()):
                if a in group and b in group:
                    print(f"  {crate.files[a]} -> {crate.files[b]}: {', '.join(sorted(paths)[:4])}")
    sys.exit(1 if bad else 0)


main()

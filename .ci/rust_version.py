"""Reads `cargo metadata --all-features` and fails where a dependency of a package asks for a later Rust
than the package declares."""

import json
import sys


def version(text):
    parts = [int(part) for part in text.split("-")[0].split(".")]
    return tuple(parts + [0] * (3 - len(parts)))


metadata = json.load(sys.stdin)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
wrong = []
for member in metadata["workspace_members"]:
    ours = packages[member]["rust_version"]
    name = packages[member]["name"]
    if ours is None:
        wrong.append(f"{name} declares no Rust version")
        continue
    # What is built for a user: normal and build dependencies, not those of tests.
    needed, queue = set(), [member]
    while queue:
        for dependency in nodes[queue.pop()]["deps"]:
            kinds = {kind["kind"] for kind in dependency["dep_kinds"]}
            if dependency["pkg"] not in needed and kinds & {None, "build"}:
                needed.add(dependency["pkg"])
                queue.append(dependency["pkg"])
    wrong += [
        f'{name} declares {ours}, but {packages[id]["name"]} {packages[id]["version"]} needs {packages[id]["rust_version"]}'
        for id in sorted(needed)
        if packages[id]["rust_version"] and version(packages[id]["rust_version"]) > version(ours)
    ]
    print(f"{name}: {len(needed)} dependencies build with Rust {ours}")
if wrong:
    sys.exit("\n".join(wrong))

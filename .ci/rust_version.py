"""Reads `cargo metadata` and fails where a dependency asks for a later Rust than the workspace."""

import json
import sys


def version(text):
    parts = [int(part) for part in text.split("-")[0].split(".")]
    return tuple(parts + [0] * (3 - len(parts)))


metadata = json.load(sys.stdin)
members = set(metadata["workspace_members"])
packages = {package["id"]: package for package in metadata["packages"]}
declared = {packages[member]["rust_version"] for member in members}
if len(declared) != 1 or None in declared:
    sys.exit(f"the members declare different Rust versions: {declared}")
ours = declared.pop()

# What is built for a user: normal and build dependencies, not those of tests.
needed, queue = set(), list(members)
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
while queue:
    for dependency in nodes[queue.pop()]["deps"]:
        kinds = {kind["kind"] for kind in dependency["dep_kinds"]}
        if dependency["pkg"] not in needed and kinds & {None, "build"}:
            needed.add(dependency["pkg"])
            queue.append(dependency["pkg"])
later = [
    f'{packages[id]["name"]} {packages[id]["version"]} needs {packages[id]["rust_version"]}'
    for id in sorted(needed)
    if packages[id]["rust_version"] and version(packages[id]["rust_version"]) > version(ours)
]
if later:
    sys.exit(f"declared is {ours}, but:\n" + "\n".join(later))
print(f"{len(needed)} dependencies build with Rust {ours}")

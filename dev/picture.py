"""docs/stack.svg: what the dev stack makes, drawn from the resource graph that `pulumi stack graph` has.

Graphviz draws it. Each node and edge has what it stands for as its title in the SVG, so that a test can compare the
picture with the graph without it.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .project import ROOT, DevError

PICTURE = ROOT / "docs" / "stack.svg"
_NODE = re.compile(r'^\s*(\w+) \[label="([^"]+)"\];$', re.MULTILINE)
_EDGE = re.compile(r'^\s*(\w+) -> (\w+) \[color = "#[0-9A-F]+"(?:, label = "(\w+)")?\];$', re.MULTILINE)
_COLOURS = {"snapnames": "#e8eefc", "aws:ec2/tag:Tag": "#fdf3d7", "aws": "#e6f4ea"}
_LEFT_OUT = ("pulumi:", "snapnames:index:SourceVolumes")
"""The stack itself, its providers, and a component that makes nothing."""


@dataclass(frozen=True)
class Graph:
    """Resources as `type name`, and what is between them."""

    nodes: frozenset[str]
    edges: frozenset[tuple[str, str, str]]
    """From, to, and the input of the latter that the former is; empty for a child of a component."""

    @classmethod
    def of(cls, dot: str) -> "Graph":
        """Read the output of `pulumi stack graph`."""
        urns = dict(_NODE.findall(dot))
        named = {node: _named(urn) for node, urn in urns.items() if not _kind(urn).startswith(_LEFT_OUT)}
        edges = [(named.get(a, ""), named.get(b, ""), label) for a, b, label in _EDGE.findall(dot)]
        # A child points at its parent there; here the component points at what it makes.
        turned = [(a, b, label) if label else (b, a, "") for a, b, label in edges]
        return cls(frozenset(named.values()), frozenset(edge for edge in turned if edge[0] and edge[1]))

    @classmethod
    def drawn(cls, svg: str) -> "Graph":
        """Read what a picture shows, by the titles of its nodes and edges and the text on the latter."""
        nodes = re.findall(r'class="node">\s*<title>([^<]+)</title>', svg)
        groups = re.findall(r'class="edge">\s*<title>([^<]+)&#45;&gt;([^<]+)</title>(.*?)</g>', svg, re.DOTALL)
        edges = [(a, b, (re.search(r">(\w+)</text>", rest) or ["", ""])[1]) for a, b, rest in groups]
        return cls(frozenset(map(_plain, nodes)), frozenset((_plain(a), _plain(b), label) for a, b, label in edges))


def draw(dot: str, exported: str) -> str:
    """The graph as SVG, with the names that the exported state has. Raises `DevError` where Graphviz is missing."""
    resources = json.loads(exported)["deployment"]["resources"]
    names = {_named(resource["urn"]): resource["outputs"]["value"] for resource in resources if _is_name(resource)}
    try:
        done = subprocess.run(
            ["dot", "-Tsvg"],  # noqa: S607 -- the user's own
            input="\n".join(_lines(Graph.of(dot), names)),
            check=True,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise DevError("the picture is drawn by Graphviz, and there is no dot on PATH: install graphviz") from None
    # What dot says of itself changes with its version. A reader's font may be wider than the one that dot measured.
    return re.sub(r"<!--.*?-->\n?", "", done.stdout, flags=re.DOTALL).replace('font-size="11.00"', 'font-size="9.00"')


def _lines(graph: Graph, names: Mapping[str, str]) -> Iterator[str]:
    yield "digraph stack {"
    yield 'rankdir=LR; bgcolor="transparent"; nodesep=0.2; ranksep=0.6;'
    style = 'fontname="Helvetica,Arial,sans-serif", color="#667085"'
    yield f'node [shape=box, style="rounded,filled", fontsize=11, {style}];'
    yield f'edge [fontsize=9, fontcolor="#667085", {style}];'
    for node in sorted(graph.nodes):
        kind, _, name = node.partition(" ")
        colour = next(colour for begin, colour in _COLOURS.items() if kind.startswith(begin))
        title = f"{kind.rpartition(':')[2]}\\n{name}"
        if node in names:
            title = f"Name of the snapshot of {name.rpartition(':')[2]}\\n{names[node]}"
        yield f'"{node}" [label="{title}", fillcolor="{colour}"];'
    for source, target, label in sorted(graph.edges):
        yield f'"{source}" -> "{target}" [label="{label}"{"" if label else ", style=dashed"}];'
    yield "}"


def _is_name(resource: Mapping[str, Any]) -> bool:
    return _kind(resource["urn"]) == "aws:ec2/tag:Tag" and resource["outputs"]["key"] == "Name"


def _kind(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _named(urn: str) -> str:
    return f"{_kind(urn)} {urn.split('::')[3]}"


def _plain(text: str) -> str:
    return text.replace("&#45;", "-").replace("&gt;", ">").replace("&amp;", "&")

"""The recognizers that come with the package."""

import argparse
import json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which to tell more of."""
    parser.add_argument("name", nargs="?", help="print this one's card")


def run(options: argparse.Namespace) -> int:
    """A line each, or one card."""
    from emofuse.run import facts, folder, shipped

    if options.name:
        card = folder(options.name) / "card.md"
        print(card.read_text(encoding="utf-8") if card.exists() else json.dumps(facts(options.name), indent=1))
        return 0
    for name in shipped():
        said = facts(name)
        labels, modalities = said["labels"], said["modalities"]
        assert isinstance(labels, list)
        assert isinstance(modalities, list)
        print(f"{name:<8} {', '.join(modalities):<8} {said['corpus']:<10} {len(labels)} labels  {said['license']}")
    return 0

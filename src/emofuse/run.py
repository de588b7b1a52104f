"""A run's folder: train, save, load.

A run is a recipe's call, done and saved: ``run.json`` (the call and its facts), ``weights.safetensors``,
``history.json``, ``report.json`` and ``card.md``. Weights are never unpickled, and always fit the recipe exactly.
"""

import hashlib
import json
import logging
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from emofuse import __version__
from emofuse.core.errors import RunError
from emofuse.core.labels import LabelMap, LabelSet
from emofuse.core.modality import Modality
from emofuse.encoders.base import Encoder
from emofuse.ensemble import Ensemble
from emofuse.features.baseline import Baseline
from emofuse.features.population import Population
from emofuse.graph import WEIGHTS, Quantized, open_graph, write_graph
from emofuse.media.faces import home
from emofuse.network import Batch, Committee, Network
from emofuse.personal.folder import PERSONAL, opened, resting, written
from emofuse.personal.map import Personal
from emofuse.personal.recognizers import adapted, adapted_fusion
from emofuse.recipe import Recipe, call
from emofuse.recognizer import NetworkRecognizer

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "weights"
SAID: Mapping[str, type] = {
    "name": str,
    "recipe": str,
    "arguments": dict,
    "labels": list,
    "temperature": float,
    "threshold": float,
    "sha256": str,
}
"""What a run's facts must hold, and of what kind."""


def shipped() -> tuple[str, ...]:
    """Names of the runs that come with the package.

    Example:
        >>> "face" in shipped()
        True
    """
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/run.json")))


def folder(run: str | Path) -> Path:
    """Where a run lies: a shipped name, or a folder.

    Raises:
        RunError: Neither.
    """
    named = SHIPPED / str(run)
    for path in (Path(run), named):
        if (path / "run.json").is_file():
            return path
    raise RunError(f"No run '{run}'. Expected a folder with a run.json, or one of: {', '.join(shipped())}. Train one with `emofuse train`.")


def facts(run: str | Path) -> dict[str, object]:
    """What ``run.json`` says.

    Raises:
        RunError: There is no such run, or its file is not JSON.
    """
    path = folder(run) / "run.json"
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise RunError(f"{path} cannot be read: {error}. Expected the JSON that `emofuse train` wrote; restore it.") from error
    if not isinstance(read, dict) or not all(isinstance(read.get(name), kind) for name, kind in SAID.items()):
        raise RunError(f"{path} is not a run's. Expected {', '.join(SAID)} in it, each of its kind; restore it, or train again.")
    return read


def save(
    out: Path,
    network: Network,
    *,
    recipe: Recipe,
    path: str,
    arguments: Mapping[str, object],
    seed: int,
    example: Batch | None = None,
    also: Mapping[str, object] | None = None,
    baseline: Mapping[Modality, Baseline] | None = None,
) -> None:
    """Write a run's weights, their graph and facts, each beside and then renamed; it is not calibrated yet.

    Args:
        out: The run's folder; made if it is not there.
        network: Trained.
        recipe: What built it.
        path: The recipe's path, ``module:function``.
        arguments: What the recipe was called with.
        seed: Of the training.
        example: Two or more rows such as the network takes; without them no graph is made, and torch answers.
            Where the network rests on pretrained weights, or cuts what it is given, none is made either.
        also: More facts: split, people, figures.
        baseline: What its features were seen against, as it was learnt.
    """
    from safetensors.torch import save_file

    out.mkdir(parents=True, exist_ok=True)
    weights = out / WEIGHTS
    beside = out / "weights.part"
    save_file({name: _kept(tensor, recipe.half) for name, tensor in network.state_dict().items()}, beside)
    beside.chmod(0o644)  # safetensors leaves it to its owner alone
    beside.replace(weights)
    resting = rests_on(network)
    if example is not None and not resting and not _fillers(network):  # it would carry pretrained weights along, or all that fills rows up
        write_graph(network, example, out)
    said = {
        "name": recipe.name,
        "recipe": path,
        "arguments": dict(arguments),
        "seed": seed,
        "labels": list(recipe.labels),
        "modalities": sorted(recipe.features),
        "window": recipe.window,
        "hop": recipe.hop,
        "corpus": recipe.corpus.name,
        "license": recipe.corpus.license,
        "temperature": 1.0,
        "threshold": 0.0,
        "parameters": sum(p.numel() for p in network.parameters()),
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "commit": commit(),
        "versions": {"emofuse": __version__, **{name: _version(name) for name in ("torch", "numpy")}},
        **({"rests_on": resting} if resting else {}),
        **({"population": {m: kind.population.as_dict() for m, kind in baseline.items() if kind.population}} if baseline else {}),
        **(also or {}),
    }
    write_json(out / "run.json", said)


def calibrate(run: Path, temperature: float, threshold: float) -> None:
    """Write down what was fitted on clips that the run has not learnt from.

    Args:
        run: The run's folder.
        temperature: Logits are divided by it.
        threshold: Margin below which an answer is uncertain.
    """
    write_json(run / "run.json", {**facts(run), "temperature": round(temperature, 4), "threshold": round(threshold, 4)})


def load(run: str | Path, allowed: Sequence[str] = ("emofuse.recipes",)) -> NetworkRecognizer:
    """A saved run as a recognizer: the recipe called again, and the weights put in, strictly.

    Args:
        run: A shipped name ("voice", "face") or a folder.
        allowed: Packages that the run's recipe may come from.

    Raises:
        RunError: No such run, weights that are missing or changed, or a recipe that now builds another network.
        UnknownName: The recipe lies outside `allowed`, or does not exist.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    where, said = folder(run), facts(run)
    if PERSONAL in said:
        personal, (base, *others), note = opened(where, said, SHIPPED)
        if others:
            raise RunError(
                f"{run} fuses {len(others) + 1} runs for one person. Expected one recognizer; name it where a recording is "
                f"analysed (--run), or name one of the runs it rests on."
            )
        recognizer = load(base, allowed)
        if personal.labels != recognizer.labels:
            raise RunError(f"The map of {run} has other labels than the run it rests on. Expected the same, in one order; calibrate again.")
        return adapted(recognizer, personal, note, _of_person(said))
    arguments, labels = said["arguments"], said["labels"]
    assert isinstance(arguments, dict)
    assert isinstance(labels, list)
    recipe = call(str(said["recipe"]), arguments, allowed)
    network = recipe.build()
    weights = where / WEIGHTS
    try:
        tensors, digest = load_file(weights), hashlib.sha256(weights.read_bytes()).hexdigest()
    except (OSError, SafetensorError) as error:
        raise RunError(f"{weights} cannot be read: {error}. Expected the weights that belong to run.json; restore them.") from error
    if digest != said["sha256"]:
        raise RunError(f"{weights} is not what was saved: its SHA-256 differs from that in run.json. Expected the same; restore it.")
    for m, there in rests_on(network).items():
        if there != _mapping(said.get("rests_on")).get(m):
            raise RunError(
                f"Run {run} does not fit the pretrained weights that are installed for its {m}: it was trained on others. Expected "
                f"those whose hash run.json names; install the versions that constraints.txt names, or train again."
            )
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        first = str(error).split("\n")[1].strip() if "\n" in str(error) else str(error)
        raise RunError(
            f"Run {run} was trained at commit {said.get('commit')}; the recipe now builds a different network ({first}). "
            f"Check out that commit, or train again."
        ) from error
    return NetworkRecognizer(
        str(said["name"]), network, recipe.features, LabelSet(tuple(labels)), window=recipe.window, hop=recipe.hop,
        temperature=float(str(said["temperature"])), threshold=float(str(said["threshold"])),
        answer=open_graph(where, network.modalities) or _quantized(network, digest),
        facts={key: said[key] for key in ("name", "recipe", "corpus", "license", "sha256") if key in said},
        baseline=_learnt(recipe, said.get("population")),
    )  # fmt: skip


def load_fusion(run: str | Path, ways: Sequence[LabelMap], allowed: Sequence[str] = ("emofuse.recipes",)) -> Ensemble | None:
    """A fusion for one person, with the runs it rests on; None where a run is one recognizer, which `load` loads.

    Args:
        run: A folder that `emofuse calibrate` wrote.
        ways: The sets of words that a fusion may speak.
        allowed: Packages that the runs' recipes may come from.

    Raises:
        RunError: As `load`; or the words of the fusion are none of these.
    """
    where, said = folder(run), facts(run)
    if PERSONAL not in said:
        return None
    personal, bases, note = opened(where, said, SHIPPED)
    if len(bases) == 1:
        return None
    way = next((way for way in ways if way.target == personal.labels), None)
    if way is None:
        raise RunError(f"{run} answers {', '.join(personal.labels)}, which no fusion here speaks. Expected words of one; calibrate again.")
    return adapted_fusion([load(base, allowed) for base in bases], personal, way, note, _of_person(said))


def save_personal(out: Path, personal: Personal, runs: Sequence[str | Path], about: Mapping[str, object]) -> None:
    """Write what was learnt of one person as a folder that every command takes for a run.

    Args:
        out: Made if it is not there.
        personal: The map.
        runs: What it rests on: one, or those of a fusion in their order.
        about: What is told of it: ``note``, which every reader gets, clips, figures.
    """
    out.mkdir(parents=True, exist_ok=True)
    bases = [facts(run) for run in runs]
    heard = sorted({str(m) for base in bases for m in _sequence(base.get("modalities"))})
    one = bases[0] if len(bases) == 1 else {"name": "fused", "recipe": "", "arguments": {}, "seed": 0}
    said = {
        **one,
        "labels": list(personal.labels),
        "modalities": heard,
        "corpus": ", ".join(dict.fromkeys(str(base.get("corpus")) for base in bases)),
        "license": ", ".join(dict.fromkeys(str(base.get("license")) for base in bases)),
        "temperature": 1.0,
        "threshold": one.get("threshold", 0.0),
        "commit": commit(),
        "versions": {"emofuse": __version__, **{name: _version(name) for name in ("torch", "numpy")}},
        PERSONAL: {
            **about,
            "how": personal.how,
            "rests_on": [resting(str(run), folder(run), out, SHIPPED) for run in runs],
        },
    }
    write_json(out / "run.json", {**said, "sha256": written(out, personal)})


def _of_person(said: Mapping[str, object]) -> dict[str, object]:
    """What exports repeat of what was learnt of a person."""
    return {"sha256": said["sha256"], **_mapping(said.get(PERSONAL))}


def _sequence(value: object) -> Sequence[object]:
    """What a run's facts hold under a name, where that is a list; else nothing."""
    return value if isinstance(value, list) else []


def rests_on(network: Network) -> dict[str, str]:
    """Hashes of pretrained weights that the run's own come on top of, by modality; empty where it keeps all its weights."""
    return {m: encoder.rests_on for m, encoder in _encoders(network).items() if encoder.rests_on}


def _encoders(network: Network) -> dict[str, Encoder]:
    """By modality; of a committee, those of its first member, which the others are like."""
    one = network.networks[0] if isinstance(network, Committee) else network
    return {str(m): encoder for m, encoder in one.encoders.items() if isinstance(encoder, Encoder)}


def _fillers(network: Network) -> list[float]:
    """What the inputs of its encoders are filled up with, where they are."""
    return [encoder.filler for encoder in _encoders(network).values() if encoder.filler is not None]


def _quantized(network: Network, digest: str) -> Quantized | None:
    """A graph that is made where it is asked, for a network of one modality that rests on weights its run does not keep."""
    resting, fillers = rests_on(network), _fillers(network)
    if not resting or not fillers or len(network.modalities) > 1:
        return None
    return Quantized(network, f"{digest} {' '.join(resting.values())}", home() / "graphs", fillers[0])


def _kept(tensor: torch.Tensor, half: bool) -> torch.Tensor:
    """A tensor as it is kept."""
    return (tensor.half() if half and tensor.is_floating_point() else tensor).contiguous()


def _learnt(recipe: Recipe, populations: object) -> dict[Modality, Baseline]:
    """A recipe's baselines with the populations that a run has learnt.

    Raises:
        RunError: The run has not learnt them, or has learnt others.
    """
    known = populations if isinstance(populations, Mapping) else {}
    alone = sorted(set(known) - set(recipe.baseline))
    if alone:
        raise RunError(
            f"This run has learnt {', '.join(alone)} beside the person's own; its recipe now judges that alone. "
            f"Expected the recipe it was trained by; check out its commit, or train again."
        )
    return {m: replace(kind, population=Population.from_dict(known.get(m))) for m, kind in recipe.baseline.items()}


def _mapping(value: object) -> Mapping[str, object]:
    """What a run's facts hold under a name, where that is a mapping; else nothing."""
    return value if isinstance(value, Mapping) else {}


def write_json(path: Path, value: object) -> None:
    """Write JSON beside, then rename: no half-written file."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)


def commit() -> str | None:
    """The commit of the source this runs from, with a plus where files were changed; None outside a checkout."""
    here = Path(__file__).parent
    try:
        head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run(["git", "status", "--porcelain", "--", "."], cwd=here, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return head + ("+" if changed.strip() else "")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None

"""Bar S5: nothing that the application reaches makes code out of data."""

import ast
from functools import cache
from pathlib import Path

SOURCES = Path(__file__).parents[3] / "src"
LOADERS = frozenset({"pickle", "_pickle", "cPickle", "joblib", "dill", "cloudpickle", "marshal", "shelve", "jsonpickle", "skops"})
KNOWN = {  # who imports one of these, and why that is no door
    "emofuse.media.pickled": "reads others' pickles with stand-ins for every name; only corpora use it",
    "emofuse.features.extraction": "looks whether its own errors and tasks can be sent to its own workers",
    "emofuse.check.sources": "looks whether its own tasks can be sent",
    "emofuse.bench.workers": "looks whether its own errors can be sent",
}
RUNS = frozenset({"eval", "exec", "__import__"})


@cache
def trees() -> dict[str, ast.Module]:
    """Every module by name."""
    files = [file for package in ("emofuse", "emofuse_web") for file in (SOURCES / package).rglob("*.py")]
    names = {file: ".".join(file.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__") for file in files}
    return {name: ast.parse(file.read_text(encoding="utf-8")) for file, name in names.items()}


def imported(tree: ast.Module) -> set[str]:
    """Whatever a module imports, also within functions; modules and what may be modules."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def reached() -> set[str]:
    """Every module that the application imports by name, one leading to the next."""
    todo = [name for name in trees() if name.startswith("emofuse_web")]
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [other for other in imported(trees()[name]) if other in trees()]
    return found


def called(node: ast.Call) -> str:
    """By which name something is called."""
    return ast.unparse(node.func)


def calls() -> list[tuple[str, ast.Call]]:
    """Every call there is."""
    return [(name, node) for name, tree in trees().items() for node in ast.walk(tree) if isinstance(node, ast.Call)]


def true(node: ast.Call, name: str) -> bool:
    """Whether an argument of that name is given, and not False."""
    return any(one.arg == name and not (isinstance(one.value, ast.Constant) and not one.value.value) for one in node.keywords)


def test_only_those_who_say_why_import_what_makes_objects_of_bytes() -> None:
    found = {name for name, tree in trees().items() if {one.split(".")[0] for one in imported(tree)} & LOADERS}

    assert found == set(KNOWN)


def test_the_application_does_not_reach_what_reads_pickles() -> None:
    found = reached()

    assert len(found) > 100  # the way is followed
    assert "emofuse.analysis" in found and "emofuse.run" in found
    assert "emofuse.media.pickled" not in found and "emofuse.bench.workers" not in found and "emofuse.check.sources" not in found


def test_what_is_unpickled_was_pickled_in_the_same_breath() -> None:
    loads = [(name, node) for name, node in calls() if called(node).startswith("pickle.") and "load" in called(node)]

    assert len(loads) >= 2
    assert all(isinstance(node.args[0], ast.Call) and called(node.args[0]) == "pickle.dumps" for _, node in loads)


def test_weights_and_arrays_are_read_as_numbers_alone() -> None:
    assert [name for name, node in calls() if called(node).endswith("torch.load") and not true(node, "weights_only")] == []
    assert [name for name, node in calls() if called(node) in ("np.load", "numpy.load") and true(node, "allow_pickle")] == []


def test_no_text_is_run_as_code() -> None:
    assert [(name, node.lineno) for name, node in calls() if called(node) in RUNS] == []
    assert [(name, node.lineno) for name, node in calls() if called(node) in ("os.system", "os.popen") or true(node, "shell")] == []

"""The rules of the house, read off the source: which way imports point, how long things grow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "mlm_core"
PAGES = ROOT / "pages"

# A layer may import itself and what stands before it. Pages and app.py come after all of these.
LAYERS = ("errors", "notes", "data", "moments", "fits", "inference", "likelihood", "views")
# Where an outside package may be used at all.
ONLY_IN = {
    "streamlit": ("app.py", "pages/"),
    "plotly": ("mlm_core/views/figures/",),
    "starlette": ("app.py",),
}
# A page draws: what it needs from a table or a figure, the core or pages/_ui has a function for.
NOT_IN_PAGES = {"pandas", "numpy", "scipy", "statsmodels", "plotly"}
# Formula languages that run what they are given: user text must never get near them.
NOWHERE_IN_CORE = {"patsy", "formulaic"}
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "tools"}
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
# Modules without a test file of their own, and where they are tested instead.
TESTED_ELSEWHERE = {"data/spark.py": "tests/cluster/test_spark_sources.py"}


def _modules(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


SOURCES = [ROOT / "app.py", *_modules(CORE, PAGES)]
EVERYTHING = [*SOURCES, *_modules(ROOT / "tests"), *_modules(ROOT / "benchmarks")]
SCREENS = [path for path in _modules(PAGES) if path.parent != PAGES and path.parent.name != "_ui"]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every imported module with its line; relative imports are spelled out."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module, node.lineno
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def _layer(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "mlm_core" and parts[1] in LAYERS else None


@pytest.mark.parametrize("path", _modules(CORE), ids=_name)
def test_imports_point_one_way(path: Path) -> None:
    layer = _layer(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if layer is None:  # mlm_core/__init__.py gathers the public names of all layers
        return
    later = LAYERS[LAYERS.index(layer) + 1 :]
    wrong = [
        f"{_name(path)}:{line} imports {module}, which stands to the right of {layer}"
        for module, line in _imports(path)
        if _layer(module) in later or module.split(".")[0] in ("pages", "app")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", sorted(ONLY_IN))
def test_outside_packages_stay_where_they_belong(package: str) -> None:
    wrong = [
        f"{_name(path)}:{line} imports {module}"
        for path in SOURCES
        if not _name(path).startswith(ONLY_IN[package])
        for module, line in _imports(path)
        if module.split(".")[0] == package and not _is_for_types_only(path, line)
    ]
    assert not wrong, "\n".join(wrong)


def _is_for_types_only(path: Path, line: int) -> bool:
    return any(
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
        and node.lineno <= line <= (node.end_lineno or node.lineno)
        for node in ast.walk(_tree(path))
    )


def test_the_core_runs_no_formula_language() -> None:
    wrong = [
        f"{_name(path)}:{line} imports {module}"
        for path in SOURCES
        for module, line in _imports(path)
        if module.split(".")[0] in NOWHERE_IN_CORE or module == "statsmodels.formula.api"
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_evaluated_as_code() -> None:
    wrong = [
        f"{_name(path)}:{node.lineno} calls {node.func.id}"
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"eval", "exec", "compile"}
    ]
    assert not wrong, "\n".join(wrong)


def test_pages_leave_numbers_to_the_core() -> None:
    wrong = [
        f"{_name(path)}:{line} imports {module}"
        for path in SCREENS
        for module, line in _imports(path)
        if module.split(".")[0] in NOT_IN_PAGES
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_state_touches_the_session_and_only_the_cache_caches() -> None:
    owner = {
        "session_state": "pages/_ui/state.py",
        "query_params": "pages/_ui/state.py",
        "cache_data": "pages/_ui/cache.py",
        "cache_resource": "pages/_ui/cache.py",
    }
    wrong = [
        f"{_name(path)}:{node.lineno} uses st.{node.attr}"
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "st"
        and owner.get(node.attr, _name(path)) != _name(path)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_page_writes_the_key_of_what_is_remembered() -> None:
    wrong = [
        f"{_name(path)}:{node.lineno} uses cache.{node.attr}"
        for path in SCREENS
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "cache"
        and node.attr != "computed"
    ]
    assert not wrong, "name the computation in pages/_ui: " + ", ".join(wrong)


def test_no_page_stands_where_streamlit_would_find_it_by_itself() -> None:
    stray = [_name(path) for path in PAGES.glob("*.py") if path.name != "__init__.py"]
    assert not stray, "pages belong into a sub-folder: " + ", ".join(stray)


def test_names_say_what_is_inside() -> None:
    wrong = [
        _name(path) for path in EVERYTHING if BANNED_NAMES & set(path.with_suffix("").parts[-2:])
    ]
    assert not wrong, "name these after what they hold: " + ", ".join(wrong)


@pytest.mark.parametrize("path", EVERYTHING, ids=_name)
def test_modules_stay_short(path: Path) -> None:
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= LONGEST_MODULE, f"{_name(path)} has {length} lines: split it by noun"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_functions_stay_short(path: Path) -> None:
    long = []
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1 - _docstring_lines(node)
            if length > LONGEST_FUNCTION:
                long.append(f"{_name(path)}:{node.lineno} {node.name} has {length} lines of code")
    assert not long, "\n".join(long)


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(node) is None:
        return 0
    first = node.body[0]
    return (first.end_lineno or 0) - first.lineno + 1


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_modules_open_with_a_paragraph(path: Path) -> None:
    if path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip():
        return
    assert ast.get_docstring(_tree(path)), f"{_name(path)} does not say what it is for"


def test_tests_mirror_the_package() -> None:
    missing = []
    for path in _modules(CORE):
        inside = path.relative_to(CORE)
        expected = ROOT / "tests" / "core" / inside.with_name(f"test_{inside.name}")
        has_own = expected.exists() or inside.as_posix() in TESTED_ELSEWHERE
        if path.name != "__init__.py" and not has_own:
            missing.append(f"{_name(path)} has no {_name(expected)}")
    assert not missing, "\n".join(missing)


def test_every_page_has_a_test() -> None:
    tested = {path.stem for path in (ROOT / "tests" / "pages").rglob("test_*.py")}
    missing = [_name(path) for path in SCREENS if f"test_{path.stem}" not in tested]
    assert not missing, "no tests/pages/<section>/test_<page>.py for " + ", ".join(missing)

"""Names: pages and docstrings name what there is, and what there is is used."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "capest"
FILES = sorted(PACKAGE.rglob("*.py"))
PAGES = sorted([*PACKAGE.rglob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("[!.]*/*.md")])
PAGES = [page for page in PAGES if page.name != "changelog.md"]  # it names what there was
ROOMS = sorted({path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in FILES})

NAME = r"[A-Za-z_]\w*"
ENDINGS = {"py", "md", "toml", "csv", "cu", "cuh", "nc", "json", "npz", "tle", "txt", "png"}


@cache
def names_in(path: Path) -> frozenset[str]:
    """Names that a file defines, at the top, in classes, or as arguments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {path.stem, path.parent.name}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
    return frozenset(found)


@cache
def by_module() -> dict[str, list[Path]]:
    """Files by the last part of the module's name; of a folder, its ``__init__``."""
    found: dict[str, list[Path]] = {}
    for path in FILES:
        stem = path.parent.name if path.name == "__init__.py" else path.stem
        found.setdefault(stem, []).append(path)
    return found


def resolves(dotted: str) -> bool:
    """Whether a name that begins with ``capest`` leads to a module or to something in it."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        try:
            known = find_spec(name) is not None
        except ModuleNotFoundError:
            known = False
        if known:
            found: object = import_module(name)
            for part in parts[length:]:
                fields = getattr(found, "__dataclass_fields__", {})
                if not hasattr(found, part) and part not in fields:
                    return False
                found = getattr(found, part, None)
            return True
    return False


def is_there(token: str, path: Path) -> bool:
    """Whether a name of a docstring in a file, or of one that it names, is there."""
    first, _, rest = token.partition(".")
    if first == "capest":
        return resolves(token)
    if not rest:
        return any(first in names_in(each) for each in FILES)
    own = [path, *(path.parent.glob("*.py"))]
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if resolves(f"capest.{token}") or resolves(f"capest.{room}.{token}"):
        return True
    parts = token.split(".")
    of_module = any(parts[-1] in names_in(each) for each in by_module().get(parts[-2], []))
    of_class = any({parts[-2], parts[-1]} <= names_in(each) for each in own)
    return of_module or of_class


def docstrings(path: Path) -> list[str]:
    """All texts of a file that stand alone: docstrings of what there is, and of constants."""
    return [
        node.value.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_docstrings_name_what_there_is(path: Path) -> None:
    lost = set()
    for text in docstrings(path):
        single = re.findall(rf"(?<!`)`({NAME}(?:\.{NAME})*)`(?!`)", text)
        double = re.findall(rf"``((?:capest|{'|'.join(ROOMS)})(?:\.{NAME})+)``", text)
        lost |= {token for token in (*single, *double) if not is_there(token, path)}
        files = re.findall(r"(?<![\w/.*])[\w/]+/[\w/]+\.(?:py|md|cu)\b", text)
        lost |= {each for each in files if gone(each, path)}
    assert not lost


def gone(file: str, path: Path) -> bool:
    """Whether a path that a docstring names leads nowhere."""
    return not any((folder / file).exists() for folder in (ROOT, PACKAGE, path.parent))


def test_no_two_classes_share_a_name() -> None:
    where: dict[str, list[str]] = {}
    for path in FILES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where.setdefault(node.name, []).append(str(path.relative_to(PACKAGE)))
    assert len(where) > 200
    assert not {name: paths for name, paths in where.items() if len(paths) > 1}


@cache
def used_names() -> frozenset[str]:
    """Names that some line of the package reads, imports or has as a text, pyproject's too."""
    found = set(re.findall(r":(\w+)\"", (ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.alias):
                found.add(node.name)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return frozenset(found)


def test_what_a_module_defines_is_used_by_the_package() -> None:
    """What tests alone call is tested in vain; what a decorator registers is used by it."""
    defined = [
        (path.relative_to(PACKAGE), node.name)
        for path in FILES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("__")
        and not any(_registers(each) for each in node.decorator_list)
    ]
    assert len(defined) > 1000
    assert not [each for each in defined if each[1] not in used_names()]


def _registers(decorator: ast.expr) -> bool:
    """Whether a decorator makes a command, or lets xarray know a class."""
    return bool(re.match(r"click\.|\w+\.(command|group)|xr\.register", ast.unparse(decorator)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_what_there_is(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    lost = set()
    for token in re.findall(r"`([^`\n]+)`", text):
        if re.fullmatch(rf"{NAME}(\.{NAME})+(\(\))?", token):
            parts = token.removesuffix("()").split(".")
            if parts[-1] in ENDINGS:
                continue
            if parts[0] == "capest":
                lost |= {token} if not resolves(token.removesuffix("()")) else set()
            elif parts[0] in ROOMS:
                lost |= {token} if not resolves(".".join(["capest", *parts])) else set()
        elif re.fullmatch(r"(capest|tests|kernels)/[\w/.-]+", token):
            stands_for_any = "NAME" in token
            lost |= {token} if not (stands_for_any or (ROOT / token).exists()) else set()
    if page.name == "extending.md":
        lost -= set(re.findall(r"[Tt]he\s(?:file|test)\s`([^`]+)`", text))  # that it adds
    assert not lost


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    for link in links:
        file, _, heading = link.partition("#")
        if "://" in file:
            continue
        target = page.parent / file if file else page
        assert target.exists(), link
        if heading and target.suffix == ".md":
            lines = target.read_text(encoding="utf-8").splitlines()
            heads = [line.lstrip("# ") for line in lines if line.startswith("#")]
            anchors = {re.sub(r"[^\w\- ]", "", each).lower().replace(" ", "-") for each in heads}
            assert heading in anchors, link

"""The version changes with what decides an outcome, and with nothing else."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.small_messages import sales
from tests.wheel import find_pythons
from udf import version
from udf.standards import reference

MODULE = '''
"""What it is for."""

LONGEST = 12
"""Of anything."""

class Message(list[str]):
    """A message."""

def write(text: str | None, *more: str) -> str:
    """As text."""
    if text is None:
        return ""
    # Why it is so.
    return f"{text}: {LONGEST:>3} " + "und" + 'so' + ("weiter")
'''


CANONICAL = cache(version.canonical)
"""Remembered, so that a test parses what it has changed and no more."""


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of its own, in which files may be changed."""
    package = tmp_path / "udf"
    shutil.copytree(version.PACKAGE, package, ignore=shutil.ignore_patterns("train", "__pycache__"))
    monkeypatch.setattr(version, "PACKAGE", package)
    monkeypatch.setattr(version, "MODEL", package / "model" / "tillroll.gguf")
    monkeypatch.setattr(version, "__file__", str(package / "version.py"))
    monkeypatch.setattr(version, "canonical", CANONICAL)
    monkeypatch.setattr(reference, "FOLDER", package / "reference")
    yield package
    forget()


def forget() -> None:
    for function in (version.model_version, version.compiler_version, version.hash_code):
        function.cache_clear()


def take_version() -> str:
    forget()
    return version.compiler_version()


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


UNCHANGED: dict[str, Callable[[Path], None]] = {
    "a comment": lambda package: change(package / "reading.py", "\nfrom ", "\n# Why it is so.\nfrom "),
    "a docstring": lambda package: change(package / "standards" / "values.py", '"""', '"""Other words. '),
    "blank lines": lambda package: change(package / "findings.py", "\n", "\n\n\n"),
    "a module of the SQL functions": lambda package: change(package / "postgres" / "session.py", '"""', 'X = 1\n"""'),
    "the model's card": lambda package: change(package / "model" / "card.json", "{", "{ "),
    "the contract's docstring": lambda package: change(package / "contract.py", '"""', '"""Other words. '),
}
CHANGED: dict[str, Callable[[Path], None]] = {
    "a constant": lambda package: change(package / "outcome.py", "MAX_ANSWER = 90_000_000", "MAX_ANSWER = 90_000_001"),
    "a meaning": lambda package: change(package / "reference" / "quantity_meanings.csv", ",sold", ",returned"),
    "a severity": lambda package: change(package / "reference" / "problem_severities.csv", ",warning", ",error"),
    "the weights": lambda package: (package / "model" / "tillroll.gguf").write_bytes(b"other weights") and None,
    "a new module": lambda package: (package / "edi" / "more.py").write_text("X = 1\n") and None,
    "a module that is gone": lambda package: (package / "engines" / "remote.py").unlink(),
}


@pytest.mark.parametrize("what", UNCHANGED)
def test_an_outcome_stays_of_this_version_after_a_change_of(what: str, copied: Path) -> None:
    before = take_version()
    UNCHANGED[what](copied)
    assert take_version() == before


@pytest.mark.parametrize("what", CHANGED)
def test_an_outcome_is_pending_again_after_a_change_of(what: str, copied: Path) -> None:
    before = take_version()
    CHANGED[what](copied)
    assert take_version() != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Why it is so.", "# Why it is not so."),
        ("LONGEST = 12\n", "LONGEST = (\n    12  # at most\n)\n\n\n"),
        ('"""Of anything."""', '"""Of nothing."""'),
        ('    """As text."""\n', ""),
        ("text: str | None, *more: str)", "\n    text: str | None,\n    *more: str,\n)"),
        ("'so'", '"so"'),
        ('("weiter")', '"weiter"'),
        ("12", "0xC"),
    ],
)
def test_how_code_is_written_does_not_matter(old: str, new: str) -> None:
    assert old in MODULE
    assert version.canonical(MODULE.replace(old, new)) == version.canonical(MODULE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LONGEST = 12", "LONGEST = 13"),
        ("LONGEST = 12", "LONGEST = 12.0"),
        ("LONGEST = 12", "LONGEST: int = 12"),
        ("is None", "is not None"),
        ('return ""', "return"),
        ('return ""', "return None"),
        (":>3", ":>4"),
        ("{text}: ", "{text}:"),
        ("{text}", "{text!r}"),
        ("*more", "more"),
        ('    # Why it is so.\n    return f"', '    # Why it is so.\n        return f"'),
        ("list[str]", "list"),
    ],
)
def test_what_code_says_matters(old: str, new: str) -> None:
    assert old in MODULE
    assert version.canonical(MODULE.replace(old, new)) != version.canonical(MODULE)


def test_what_was_computed_is_kept_beside_the_bytecode_and_believed_for_these_bytes_alone(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = take_version()
    assert [path.name for path in (copied / "__pycache__").iterdir()] == ["hash_code"]
    with monkeypatch.context() as patched:
        patched.setattr(version, "canonical", lambda _: pytest.fail("computed anew"))
        assert take_version() == before
    CHANGED["a constant"](copied)
    assert take_version() != before
    (copied / "__pycache__" / "hash_code").write_bytes(b"\xff")
    UNCHANGED["a comment"](copied)
    assert take_version() != before


def test_a_package_that_can_only_be_read_has_the_same_version(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = take_version()

    def refuse(*_: object) -> None:
        raise PermissionError

    shutil.rmtree(copied / "__pycache__")
    monkeypatch.setattr(Path, "write_text", refuse)
    assert take_version() == before
    assert list((copied / "__pycache__").iterdir()) == []


def test_whatever_compiles_has_a_say_in_the_version(clone: Path) -> None:
    program = (
        "import sys, udf; udf.compile_rows([sys.stdin.read()] * 5);"
        "print(*(module.__file__ for name, module in sys.modules.items() if name.startswith('udf')), sep='\\n')"
    )
    text = sales("LIN+1++4006381333931:EN QTY+153:1 LIN+2++4006381333932:EN QTY+153:X")
    done = subprocess.run([sys.executable, "-c", program], cwd=clone, input=text, capture_output=True, encoding="utf-8",
                          check=True)  # fmt: skip
    loaded = {Path(name).relative_to(version.PACKAGE) for name in done.stdout.split()}
    deciding = set(map(Path, version.list_sources()))
    assert loaded - deciding == {Path("__init__.py"), Path("version.py")}


PYTHONS = find_pythons()


@pytest.mark.skipif(not PYTHONS, reason="there is no second Python: install python3.12 or python3.13")
def test_every_python_gives_the_same_version() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from udf.version import canonical;"
        "print(canonical(sys.stdin.buffer.read()))"
    )
    everything = "\n".join(Path(path).read_text(encoding="utf-8") for path in version.list_sources().values())
    everything += 'x = f"{1}" f"" "a" f"{2:{3}}b" "c" f"{4:}" "ü\U0001fae8", {**{}, 1: 2}\n'
    here = version.canonical(everything)
    for python in PYTHONS:
        done = subprocess.run([python, "-c", program, version.PACKAGE.parent], input=everything, capture_output=True,
                              encoding="utf-8", check=True)  # fmt: skip
        assert done.stdout == here + "\n", python

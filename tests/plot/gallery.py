"""The gallery of the page on results: every picture, drawn by the command that stands below it.

From the top folder of the project:

    python tests/plot/gallery.py              whether the page is as it should be
    python tests/plot/gallery.py --write FOLDER  computes what lacks there, draws, writes

Results stay in FOLDER, so that pictures can be drawn again without computing, which takes minutes.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from capest.plot import picture

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "capest" / "docs" / "results.md"
PICTURES = PAGE.parent / "gallery"
BEGIN = "<!-- from here on: python tests/plot/gallery.py --write FOLDER -->"

_CHINA = "runs/guowang-video-call/scenarios/gw-a59-china.toml"
_GEO = "runs/guowang-video-call/scenarios/geo-china.toml"
_FEW = "--set users.count=20000"
_IN_HAND = "--set handset.preset=smartphone-typical"

RESULTS = {
    "guowang.nc": f"run {_CHINA} --trials 20",
    "in-hand.nc": f"run {_CHINA} {_IN_HAND} --trials 20",
    "reuse-1.nc": f"run {_CHINA} --set beams.frequency_reuse=1 --trials 20",
    "geo.nc": f"run {_GEO} --trials 10",
    "three-percent.nc": f"run {_CHINA} --set constellation.deployed_fraction=0.03 --trials 20",
    "case9.nc": "run runs/tr38821-case9.toml --trials 400",
    "case10.nc": "run runs/tr38821-case10.toml --trials 400",
    "hotspots.nc": "run runs/hopping-hotspots.toml --set beams.allocation=proportional "
    "--set beams.slots=32 --trials 20",
    "roll-out.nc": f"sweep {_CHINA} --trials 8 "
    "--vary constellation.deployed_fraction=0.01,0.03,0.1,0.3,0.5,1",
    "how-sure.nc": f"uncertainty {_CHINA} {_FEW} --samples 64 --trials 8",
    "cliff.nc": f"uncertainty {_CHINA} {_FEW} {_IN_HAND} --samples 0 --margin -6:6:2 --trials 8",
    "how-many.nc": f"capacity {_CHINA} --vary users.count=1000..1000000 --blocked 2% --trials 10",
}
"""Results by the name of their file, with the command that computes each."""


class Entry(NamedTuple):
    """A picture of the gallery.

    Attributes
    ----------
    files : tuple of str
        Results that it shows, of `RESULTS`.
    options : str
        Of ``capest plot``.
    """

    files: tuple[str, ...]
    options: str = ""


GALLERY = {
    "map": Entry(("guowang.nc",)),
    "reasons": Entry(("guowang.nc", "in-hand.nc")),
    "sweep": Entry(("roll-out.nc",)),
    "cdf": Entry(("case9.nc", "case10.nc")),
    "tornado": Entry(("how-sure.nc",)),
    "uncertainty": Entry(("how-sure.nc",)),
    "margin": Entry(("cliff.nc",)),
    "capacity": Entry(("how-many.nc",)),
    "compare": Entry(("guowang.nc", "reuse-1.nc", "in-hand.nc")),
    "delay": Entry(("guowang.nc", "geo.nc")),
    "coverage": Entry(("three-percent.nc",)),
    "beams": Entry(("case9.nc",)),
    "hopping": Entry(("hotspots.nc",)),
    "convergence": Entry(("guowang.nc",)),
}
"""Every picture there is, in the order of the page."""


def plot_command(name: str) -> str:
    """The command that draws a picture of the gallery, as a reader gives it."""
    entry = GALLERY[name]
    words = ["capest plot", *entry.files, name, entry.options, f"-o {name}.svg"]
    return " ".join(filter(None, words))


def section() -> str:
    """The part of the page that is made here."""
    lines = [BEGIN, ""]
    for name in GALLERY:
        lines += [
            f"### {name}",
            "",
            picture.answers(name),
            "",
            f"![{picture.answers(name)}](gallery/{name}.svg)",
            "",
            "```sh",
            *(f"capest {RESULTS[file]} -o {file}" for file in GALLERY[name].files),
            plot_command(name),
            "```",
            "",
        ]
    return "\n".join(lines)


def page_with_section() -> str:
    """The page as it should be."""
    head, mark, _ = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    if not mark:
        raise SystemExit(f"{PAGE}: no line {BEGIN!r}")
    return head + section()


def draw_all(folder: Path) -> None:
    """Compute the results that lack in a folder, and draw every picture."""
    PICTURES.mkdir(exist_ok=True)
    capest = [sys.executable, "-m", "capest"]
    for file, command in RESULTS.items():
        if not (folder / file).exists():
            words = [*capest, *shlex.split(command), "-o", str(folder / file)]
            subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    for name, entry in GALLERY.items():
        files = [str(folder / file) for file in entry.files]
        target = PICTURES / f"{name}.svg"
        words = [*capest, "plot", *files, name, *shlex.split(entry.options), "-o", str(target)]
        subprocess.run(words, cwd=ROOT, check=True)


def main(arguments: list[str]) -> int:
    """Check the page, or write it with its pictures."""
    if arguments[:1] == ["--write"] and len(arguments) == 2:
        folder = Path(arguments[1])
        folder.mkdir(parents=True, exist_ok=True)
        draw_all(folder.resolve())
        PAGE.write_text(page_with_section(), encoding="utf-8")
        return 0
    lacking = set(picture.names()) ^ set(GALLERY)
    return int(bool(lacking) or PAGE.read_text(encoding="utf-8") != page_with_section())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

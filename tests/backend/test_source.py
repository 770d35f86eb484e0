"""The locator of the CUDA sources and the inlining of headers."""

from __future__ import annotations

import re
import zipfile

import pytest

from capest.backend import source
from capest.errors import BackendError


def kernel_names():
    return sorted(f.name for f in source.kernel_directory().iterdir() if f.name.endswith(".cu"))


def test_every_source_is_found_and_whole():
    assert kernel_names() == [
        *("admission.cu", "blocking.cu", "constellation.cu", "constellation_uplink.cu"),
        *("histogram.cu", "philox.cu", "powers.cu", "sinr.cu", "throughput.cu", "uplink.cu"),
    ]
    for name in kernel_names():
        text = source.kernel_source(name)
        assert 'extern "C" __global__ void' in text
        assert not re.search(r'^\s*#\s*include\s*"', text, re.MULTILINE)


def test_every_line_keeps_its_file_and_number():
    """Follow the #line marks as a compiler does and compare with the files."""
    directory = source.kernel_directory()
    files = {
        each.name: each.read_text(encoding="utf-8").splitlines()
        for each in directory.iterdir()
        if each.is_file()
        if each.is_file()
    }
    checked = 0
    for name in kernel_names():
        place = ("", 0)
        for line in source.kernel_source(name).splitlines():
            mark = re.fullmatch(r'#line (\d+) "(.+)"', line)
            if mark:
                place = (mark[2], int(mark[1]))
                continue
            assert files[place[0]][place[1] - 1] == line
            place = (place[0], place[1] + 1)
            checked += 1
    assert checked > 200


@pytest.mark.parametrize("name", ["constellation.cu", "sinr.cu", "uplink.cu"])
def test_no_floating_point_atomics_and_no_double_in_the_pair_loop(name):
    text = re.sub(r"//.*", "", source.kernel_source(name))
    assert "pattern_gain(" in text
    assert "atomic" not in text
    if name == "constellation.cu":
        # Positions are subtracted in double precision, once per satellite; beams are not.
        text = text[text.index("float sum = 0.0f;") :]
    assert "double" not in text


def test_what_beams_hear_is_added_up_in_whole_numbers():
    text = re.sub(r"//.*", "", source.kernel_source("constellation_uplink.cu"))
    assert text.count("atomicAdd(") == 1
    assert re.search(r"atomicAdd\(heard[^;]*\(unsigned long long\)units\)", text)
    assert "double" not in text[text.index("float sum[SUMS]") :]


@pytest.fixture
def pretend(monkeypatch):
    """Make the package look as if it lay elsewhere."""

    def place(package):
        monkeypatch.setattr(source, "files", lambda name: package)

    return place


def test_wheel_comes_before_checkout(tmp_path, pretend):
    for folder, text in (("capest/kernels", "wheel"), ("kernels", "checkout")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "philox.cuh").write_text(text)
    pretend(tmp_path / "capest")
    assert source.kernel_source("philox.cuh") == '#line 1 "philox.cuh"\nwheel\n'
    (tmp_path / "capest/kernels/philox.cuh").unlink()
    assert source.kernel_source("philox.cuh") == '#line 1 "philox.cuh"\ncheckout\n'


def test_a_foreign_kernels_folder_is_not_ours(tmp_path, pretend):
    (tmp_path / "capest").mkdir()
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "sinr.cu").write_text("something else")
    pretend(tmp_path / "capest")
    with pytest.raises(BackendError, match=r"CUDA sources are missing.*reinstall capest"):
        source.kernel_source("sinr.cu")


def test_package_inside_a_zip_file(tmp_path, pretend):
    archive = tmp_path / "capest.whl"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("capest/kernels/philox.cuh", "header")
        file.writestr("capest/kernels/philox.cu", '#include "philox.cuh"\nbody')
    pretend(zipfile.Path(archive, "capest/"))
    assert source.kernel_source("philox.cu").splitlines() == [
        '#line 1 "philox.cu"',
        '#line 1 "philox.cuh"',
        "header",
        '#line 2 "philox.cu"',
        "body",
    ]
    assert kernel_names() == ["philox.cu"]


def test_a_header_is_put_in_once(tmp_path, pretend):
    (tmp_path / "capest/kernels").mkdir(parents=True)
    folder = tmp_path / "capest/kernels"
    (folder / "philox.cuh").write_text("deep")
    (folder / "middle.cuh").write_text('#include "philox.cuh"')
    (folder / "top.cu").write_text('#include "philox.cuh"\n#include "middle.cuh"\nend')
    pretend(tmp_path / "capest")
    text = source.kernel_source("top.cu")
    assert text.count("deep") == 1
    assert text.endswith('#line 3 "top.cu"\nend\n')

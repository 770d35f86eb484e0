"""A word before the first run waits for a compiler."""

from __future__ import annotations

import click


def tell_of_build(backend: str) -> None:
    """Say that kernels are compiled, where a run on this machine will have to.

    Parameters
    ----------
    backend : {"auto", "numpy", "native", "cupy"}
        As asked for.
    """
    from capest.backend import driver
    from capest.backend.native.cache import must_be_built

    wanted = backend == "native" or (backend == "auto" and driver.driver_cuda_version() is None)
    if wanted and must_be_built():
        click.echo("compiling kernels for this processor, once: some seconds", err=True)

"""Shadow fading of serving links, and calls that rest on it, against the kernel of all links."""

from dataclasses import replace

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import downlink
from capest.engine.services import serve
from capest.engine.trial import compute

from .small_network import network_world

VOICE = {
    "service__preset": "video-call-480p", "service__uplink_kbps": 60.0, "users__count": 600,
}  # fmt: skip


class Recorder(NumpyKernels):
    """Keeps what the kernel of all links gets, and asks it again with something else."""

    def constellation_sinr(self, links):
        self.links = links
        self.found = super().constellation_sinr(links)
        return self.found

    def again(self, **changed):
        return super().constellation_sinr(replace(self.links, **changed))


@pytest.fixture
def kept(monkeypatch):
    """What a trial's services compute on the way, by name."""
    seen = {}

    def keep(module, name):
        real = getattr(module, name)

        def call(*arguments):
            seen[name] = real(*arguments)
            return seen[name]

        monkeypatch.setattr(module, name, call)

    keep(downlink, "ground_fading_loss_db")
    keep(serve, "admit")
    keep(serve, "draw_demand")
    return seen


@pytest.mark.parametrize("environment", ["rural", "dense-urban"])
def test_fading_of_serving_links_is_what_the_kernel_takes(environment, kept):
    """The carrier under a sky without fading and clutter differs by just that."""
    kernels = Recorder()
    world = network_world(**VOICE, channel__environment=environment)
    compute(world, kernels, 1, 1)
    carried = kept["admit"].outcome == 0
    free = np.array(world.radio.sky)
    free[:, :, 1:4] = 0.0
    carrier, _ = kernels.again(sky=free)
    expected_db = 10.0 * np.log10(carrier[carried] / kernels.found[0][carried])
    assert len(expected_db) > 100
    np.testing.assert_allclose(kept["ground_fading_loss_db"], expected_db, atol=2e-3)


@pytest.mark.parametrize("environment", ["rural", "dense-urban"])
def test_without_gain_the_sum_of_fading_and_clutter_is_held_at_zero(environment, kept):
    """With line of sight and without it; what a carrier loses is its gain above free space."""
    worlds = [
        network_world(**VOICE, channel__environment=environment, channel__fading_gain=gain)
        for gain in ("full", "none")
    ]
    kernels = Recorder()
    compute(worlds[0], kernels, 1, 1)
    full, interference = (each.astype(float) for each in kernels.found)
    carried = kept["admit"].outcome == 0
    fading_db = kept["ground_fading_loss_db"]
    links = kernels.links
    compute(worlds[1], kernels, 1, 1)
    held, less = (each.astype(float) for each in kernels.found)
    np.testing.assert_array_equal(kernels.links.shadow, links.shadow)
    served = carried & (kernels.links.serving == links.serving)
    lost_db = 10.0 * np.log10(full[served] / held[served])
    of_carried = served[carried]
    expected_db = np.maximum(-fading_db[of_carried], 0.0)
    assert 20 < np.count_nonzero(expected_db) < len(expected_db) - 20
    np.testing.assert_allclose(lost_db, expected_db, atol=2e-3)
    assert (less <= interference * (1.0 + 1e-5)).all()
    assert less.sum() < interference.sum()


@pytest.mark.parametrize("power_dbm", [8.0, 9.0])
def test_calls_on_fading_fail_without_gains(power_dbm, kept):
    """With line of sight for all, gains are negative draws: the kernel is asked without them."""
    kernels = Recorder()
    world = network_world(
        **VOICE, channel__line_of_sight="always", channel__environment="urban",
        handset__transmit_power_dbm=power_dbm, satellite__beams_at_once=40,
    )  # fmt: skip
    trial = compute(world, kernels, 0, 1).trial
    without, _ = kernels.again(shadow=np.maximum(kernels.links.shadow, np.float32(0.0)))
    _, interference = kernels.found
    link, uplink = world.radio.link, world.services.uplink
    table = link.adaptation.rate_table.astype(float)

    def efficiency(sinr):
        steps = np.searchsorted(table[:, 0], sinr, side="right")
        return np.append(0.0, table[:, 1])[steps]

    down = efficiency(without / (interference + 1.0)) * link.bandwidth_mhz >= 0.6
    # No limit is on power here, and both carriers are one: the uplink differs by its budget.
    peak_db = uplink.budget.peak_snr_db(uplink.budget.largest_power_dbw, 0.0)
    up_snr = without * 10.0 ** (0.1 * (peak_db - link.snr_at_no_loss_db))
    assert uplink.frequency_hz == world.radio.frequency_hz
    up = efficiency(up_snr) * uplink.access.user_bandwidth_mhz >= 0.06
    carried = kept["draw_demand"].call & (kept["admit"].outcome == 0)
    expected = np.count_nonzero(carried & ~(down & up))
    assert 20 < expected < trial["calls"][0]
    assert trial["calls_on_fading"][0] == expected

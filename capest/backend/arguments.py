"""What the kernels take: one dataclass a kernel, the same for every backend.

Shapes and types of arrays stand here and nowhere else. Arrays are those of the backend that the
kernel belongs to; a GPU copies small arrays on the host to itself. The kernels never convert a
type: an array of another one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Array = Any
"""A NumPy array or one of a device; the classes below name its type and shape."""


@dataclass(frozen=True, kw_only=True)
class LinkAdaptation:
    """From SINR to spectral efficiency.

    Attributes
    ----------
    rate_table : float32 array (entries, 2)
        Linear SINR thresholds and efficiencies, ascending; read in mode 0.
    shannon : float32 array (4,)
        alpha, smallest and largest SINR, largest efficiency; read in mode 1.
    mode : {0, 1}
        Steps of the table, or the truncated Shannon bound.
    """

    rate_table: Array
    shannon: Array
    mode: int


@dataclass(frozen=True, kw_only=True)
class SatelliteDownlink:
    """What ``downlink_sinr`` takes: users in the beams of satellites that move together.

    Attributes
    ----------
    user : float32 array (satellites, 3, users)
        Direction of each user from each satellite, reduced: direction cosines minus those of
        the layout's centre, times wavenumber and aperture radius.
    gain : float32 array (satellites, users)
        Power received at the peak of a beam of unit power, in units of the user's noise.
    user_trial : int32 array (users,)
        Trial of each user, a row of ``lit``.
    beam : float32 array (3, beams)
        Reduced boresights; beams sorted by satellite, then colour. At least one.
    beam_power : float32 array (beams,)
        EIRP density relative to the satellite's nominal one.
    segment_start : int32 array (satellites · colours + 1,)
        First beam of each satellite and colour.
    lit : uint8 array (trials, beams) or None
        Which beams transmit; ``None`` if all do.
    pattern : float32 array (n, 2)
        From ``pattern_table.pattern_table``.
    colours : int
        Number of reuse colours, at least 1; a GPU takes 7 at most.
    serving : int32 array (users,) or None
        Each user's beam, -1 for none; ``None`` where the strongest serves.
    """

    user: Array
    gain: Array
    user_trial: Array
    beam: Array
    beam_power: Array
    segment_start: Array
    lit: Array | None
    pattern: Array
    colours: int
    serving: Array | None = None


@dataclass(frozen=True, kw_only=True)
class SatelliteUplink:
    """What ``uplink_sinr`` takes: users that transmit to the beams of satellites.

    Attributes
    ----------
    user : float32 array (satellites, 3, users)
        Direction of each user from each satellite, reduced as in `SatelliteDownlink`.
    gain : float32 array (satellites, users)
        Power that a user delivers at the peak of a receive beam of unit gain, in units of the
        beam's noise in the user's bandwidth.
    scheduled : int32 array (drops, beams)
        User that each beam serves, an index below ``users``, or -1 for nobody.
    beam : float32 array (3, beams)
        Reduced boresights; beams sorted by satellite, then colour.
    beam_power : float32 array (beams,)
        Receive gain in power, relative to the satellite's nominal one.
    segment_start : int32 array (satellites · colours + 1,)
        First beam of each satellite and colour.
    pattern : float32 array (n, 2)
        From ``pattern_table.pattern_table``.
    colours : int
        Number of reuse colours, at least 1.
    """

    user: Array
    gain: Array
    scheduled: Array
    beam: Array
    beam_power: Array
    segment_start: Array
    pattern: Array
    colours: int


@dataclass(frozen=True, kw_only=True)
class ConstellationDownlink:
    """What ``constellation_sinr`` takes: users of given beams under many satellites.

    Attributes
    ----------
    user_m : float64 array (3, users)
        Position, Earth-centred, on the sphere. Neighbours in the array should be neighbours on
        the ground; only the speed depends on it.
    user_start : int64 array (trials + 1,)
        Users of trial t are ``user_start[t]`` to before ``user_start[t + 1]``.
    gain : float32 array (users,)
        Power received at a beam's peak over 1 m of free space, in units of the user's noise.
    environment : uint8 array (users,)
        Row of ``sky``.
    sight, shadow : float32 array (users, 8)
        Uniform and standard normal draws of line of sight and shadow fading, by sector of azimuth:
        4 if the satellite is in the west, plus 2 if in the south, plus 1 if nearer to the meridian
        than to the parallel.
    entry : float32 array (users, 2)
        (a, d): the entry loss is a · growth + d, with the growth of ``sky``.
    serving : int32 array (users,)
        -1 for none, or a beam of a satellite of the user's trial.
    satellite_m : float64 array (3, satellites)
        Position, Earth-centred.
    axes : float64 array (3, 3, satellites)
        Unit vectors u, v and w of each satellite, as components.
    satellite_start : int64 array (trials + 1,)
        Satellites of each trial.
    satellite_power : float32 array (satellites,)
        Multiplies all beams of a satellite.
    beam : float32 array (3, beams)
        Reduced boresights: direction cosines (u, v, axial_weight · w) times wavenumber and aperture
        radius; beams sorted by satellite, then colour.
    beam_power : float32 array (beams,)
        Relative EIRP density; 0 for a dark beam.
    segment_start : int32 array (satellites · colours + 1,)
        First beam of each satellite and colour.
    sky : float32 array (environments, entries, 6)
        See ``physics.sky_table``.
    pattern : float32 array (n, 2)
        From ``pattern_table.pattern_table``.
    reduced_aperture : float
        Wavenumber × aperture radius.
    axial_weight : {0.0, 1.0}
        1: a dish, the pattern goes by the chord; 0: a planar array, by the distance in u and v.
    element_exponent : float
        Links are weighed with w to this power: the element pattern of a planar array.
    lowest_sine : float
        Satellites at a lower sine of elevation are not heard.
    colours : int
        Number of reuse colours, at least 1.
    wave_key : uint32 array (users,) or None
        Where users have two receive branches: with it and a satellite's place in its trial goes
        from which of the points that satellite's wave comes, see ``physics.two_branches``. ``gain``
        is then that of both branches together. ``None``: one branch.
    wave_point : float32 array (3, ``WAVE_POINTS``) or None
        Points of the sphere; ``None`` with one branch.
    polarisations : {1, 2}
        2: colours 2k and 2k + 1 are polarisations of one frequency. Who has two branches hears both
        of other satellites; one branch hears its own colour alone.
    fading_gain : bool
        Whether shadow fading may lift a link above free space; else the sum of shadow fading and
        clutter loss is held at 0 or more.
    """

    user_m: Array
    user_start: Array
    gain: Array
    environment: Array
    sight: Array
    shadow: Array
    entry: Array
    serving: Array
    satellite_m: Array
    axes: Array
    satellite_start: Array
    satellite_power: Array
    beam: Array
    beam_power: Array
    segment_start: Array
    sky: Array
    pattern: Array
    reduced_aperture: float
    axial_weight: float
    element_exponent: float
    lowest_sine: float
    colours: int
    wave_key: Array | None = None
    wave_point: Array | None = None
    polarisations: int = 1
    fading_gain: bool = True


@dataclass(frozen=True, kw_only=True)
class ConstellationUplink:
    """What ``constellation_uplink`` takes: users that send, and all beams that hear them.

    Attributes
    ----------
    links : ConstellationDownlink
        Users, satellites and beams, as in the downlink; ``gain``, ``satellite_power``, the height
        of ``beam_power`` (a dark beam hears nothing) and what waves come from are not read: a phone
        transmits by one branch.
    power : float32 array (sums, users)
        Power that each user delivers at a beam's peak over 1 m of free space, in units of the
        beam's noise and as a mean over time and places; 0 for who is silent. For each sum its own:
        they are made together. May be negative: what is taken back of an earlier sum.
    """

    links: ConstellationDownlink
    power: Array


@dataclass(frozen=True, kw_only=True)
class AttachedLinks:
    """What ``beam_sums`` takes: links of users to the beams that serve them.

    Attributes
    ----------
    carrier, interference : float32 array (users,)
        In units of noise.
    serving, user_trial : int32 array (users,)
        Beam and trial of each user. A beam of -1 is nobody: counts nowhere.
    lit : uint8 array (trials, beams) or None
        Which beams transmit; ``None`` if all do.
    adaptation : LinkAdaptation
    trials, beams : int
        Shape of the sums.
    """

    carrier: Array
    interference: Array
    serving: Array
    user_trial: Array
    lit: Array | None
    adaptation: LinkAdaptation
    trials: int
    beams: int


@dataclass(frozen=True, kw_only=True)
class BeamShares:
    """What ``user_throughput`` takes: users that share the time of their beams.

    Attributes
    ----------
    efficiency : float32 array (users,)
        bit/s/Hz; zero for who has no share.
    serving, user_trial : int32 array (users,)
        Beam and trial of each user.
    sums : int64 array (trials, beams, 5)
        From ``beam_sums`` of the same users, or of more of whole beams.
    policy : int
        0: equal time (round robin), 1: equal rate for the served users of a beam. The kernel
        knows no other.
    """

    efficiency: Array
    serving: Array
    user_trial: Array
    sums: Array
    policy: int


@dataclass(frozen=True, kw_only=True)
class CallQueues:
    """What ``admit_calls`` takes: calls that each beam of each trial has to choose from.

    Attributes
    ----------
    order : int64 array (n,)
        Users, those of a beam one after the other.
    start, count : int64 array (groups,)
        Where the list of each beam of each trial begins in ``order``, and how long it is.
    down, up : int64 array (users,)
        What each user's call takes of the downlink and of the uplink; not negative.
    capacity_down, capacity_up : int
        What every beam has.
    """

    order: Array
    start: Array
    count: Array
    down: Array
    up: Array
    capacity_down: int
    capacity_up: int


@dataclass(frozen=True, kw_only=True)
class CallEvents:
    """What ``simulate_calls`` takes: how calls come and go in the beams of trials.

    Attributes
    ----------
    queues : CallQueues
        Groups are the beams of ``trials`` trials, trial by trial.
    arrival_probability, end_probability : float
        That an event of an idle user is the start of a call, and of a user in a call its end.
    warm_up_events, events : int
        Per user: those that do not count yet, and all.
    seed, purpose : int
        Key of the random words.
    first_trial, trials : int
        Which trials.
    """

    queues: CallQueues
    arrival_probability: float
    end_probability: float
    warm_up_events: int
    events: int
    seed: int
    purpose: int
    first_trial: int
    trials: int

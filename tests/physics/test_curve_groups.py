"""Few curves for many."""

import numpy as np

from capest.physics.curve_groups import group_curves


def test_curves_that_differ_by_a_constant_are_one_group() -> None:
    curve = np.array([0.0, 1.0, 4.0])
    groups = group_curves(curve + np.array([[0.0], [5.0], [-2.0]]), np.ones(3), 3, 1e-9)
    assert groups.of_curve.tolist() == [0, 0, 0]
    np.testing.assert_allclose(groups.mean, [curve + 1.0])


def test_as_many_shapes_as_groups_are_told_apart() -> None:
    rng = np.random.default_rng(1)
    shapes = rng.normal(size=(7, 5))
    own = rng.integers(7, size=200)
    groups = group_curves(shapes[own], np.ones(200), 7, 1e-9)
    found = groups.mean[groups.of_curve]
    np.testing.assert_allclose(found, shapes[own])


def test_no_more_groups_than_needed_or_allowed() -> None:
    curves = np.linspace(0.0, 1.0, 1000)[:, None] * np.array([0.0, 1.0])
    weight = np.ones(1000)
    assert len(group_curves(curves, weight, 12, 1e-9).mean) == 12
    few = group_curves(curves, weight, 1000, 0.02)
    assert len(few.mean) < 16
    shapes = curves - curves.mean(axis=1, keepdims=True)
    mean = few.mean - few.mean.mean(axis=1, keepdims=True)
    assert np.sqrt(((shapes - mean[few.of_curve]) ** 2).mean()) <= 0.02


def test_what_weighs_more_is_met_better() -> None:
    curves = np.linspace(0.0, 1.0, 100)[:, None] * np.array([0.0, 1.0])
    weight = np.where(np.arange(100) < 50, 100.0, 1.0)
    groups = group_curves(curves, weight, 8, 1e-9)
    error = np.abs((groups.mean[groups.of_curve] - curves)[:, 1])
    assert error[:50].mean() < 0.5 * error[50:].mean()

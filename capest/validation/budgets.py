"""Our link budgets beside the published ones."""

from __future__ import annotations

from dataclasses import dataclass

from capest.engine.budget import budget
from capest.validation.cases import read_reference, study_case

_LINES = (
    "eirp_dbm",
    "g_over_t_db_per_k",
    "free_space_loss_db",
    "gas_loss_db",
    "shadow_margin_db",
    "scintillation_loss_db",
    "cnr_db",
)


@dataclass(frozen=True)
class BudgetComparison:
    """One line of one published link budget.

    Attributes
    ----------
    case : int
    link : {"DL", "UL"}
    line : str
        Name of an attribute of `capest.engine.budget.Budget`.
    value, reference : float
        Ours and theirs.
    source : str
    """

    case: int
    link: str
    line: str
    value: float
    reference: float
    source: str

    @property
    def difference(self) -> float:
        """Ours minus theirs."""
        return self.value - self.reference


def compare_budgets() -> list[BudgetComparison]:
    """Work out every published link budget (TR 38.821 Table 6.1.3.3-1, R1-1913224)."""
    found = []
    for row in read_reference("link_budgets"):
        ours = budget(
            study_case(int(row["case"]), trials=1),
            row["link"],
            float(row["elevation_deg"]),
            bandwidth_mhz=float(row["bandwidth_mhz"]),
        )
        found += [
            BudgetComparison(
                int(row["case"]),
                row["link"],
                line,
                float(getattr(ours, line)),
                float(row[line]),
                row["source"],
            )
            for line in _LINES
        ]
    return found

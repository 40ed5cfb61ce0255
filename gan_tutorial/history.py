"""The reports of a run: one row of means each, kept by the trainer and in its checkpoints."""

import numpy as np

COLUMNS = ("step", "d_loss", "g_loss", "d_real", "d_fake")


class History:
    """The rows of the reports so far, and the step of the last one."""

    def __init__(self):
        self.rows, self.reported = [], 0

    def add(self, step, means):
        """Add the report of a step: means of the other columns since the last report."""
        self.rows.append((step, *means))
        self.reported = step

    def table(self):
        """Return a dict of arrays, one row a report."""
        columns = np.array(self.rows, float).reshape(-1, len(COLUMNS)).T
        table = dict(zip(COLUMNS, columns, strict=True))
        return {**table, "step": table["step"].astype(int)}

    def facts(self):
        """Return what a checkpoint keeps, ready for JSON."""
        return {"reported": self.reported, "history": [list(map(float, row)) for row in self.rows]}

    def restore(self, facts):
        """Take the place that `facts` had."""
        self.reported, self.rows = facts["reported"], [tuple(row) for row in facts["history"]]

"""Which more counts of a release to hide, so that no hidden one can be worked out from all that is shown together.

All counts of a release are cells of one system; a line is a sum that holds among them. A reader knows every line, every
shown count, and that a hidden count is not 0 (zeros are shown). For each small count the cheapest flows are found that
move it down to 1 and up to the threshold (Kelly, Golden and Assad 1992, Cell suppression: disclosure protection for
sensitive tabular data, Networks 22); what moves with it is hidden too.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_array

from cqi.disclosure.flows import NOTHING, Cheapest, Widest
from cqi.disclosure.system import System, components, in_a_line, room_of, sums_of

WIDTH = 5
"""How many counts wide the interval of every hidden cell must be at least."""
HIDDEN_PRICE = 1e-3
"""The price of a cell that is hidden already, and of one hidden in the release before, as a share of its own."""
WORTH = 200
"""To reach the threshold, one step may cost as much as hiding this many cells of the middle price; to reach the width, anything."""
SEED, ROUNDS = 2026, 4
"""How many flows in a row may show nothing new before each cell is moved on its own."""


def hidden_jointly(
    system: System, primary: np.ndarray, *, threshold: int, held: np.ndarray | None = None, carried: np.ndarray | None = None, strict: bool = False,
) -> np.ndarray:
    """Which cells are hidden: the primary ones, those `held` back in any case, those never shown, and the others that must be hidden with them.

    `primary` marks counts below the threshold, and whatever else is asked for; `carried`, cells hidden in the release
    before, which are hidden first. Afterwards every hidden cell that has a cost or is primary has an interval at least
    `WIDTH` wide; that of a small primary count that has a cost reaches from 1 to the threshold where no total must be
    hidden for it; no shown total leaves hidden parts of a sum below the threshold; and whoever knows all counts of 1 can still not
    work out another small one (`strict`: nor any hidden one). Cells in no line need nothing.
    Raises nothing; at worst totals are hidden too.
    """
    release = _Release(system, np.asarray(primary, dtype=bool), threshold, carried, strict)
    if held is not None:
        release.hide(held)
    while True:
        before = release.hidden.sum()
        for cells, lines in release.unfinished():
            release.protect(cells, lines)
        release.hide_beside_small_sums()
        if release.hidden.sum() == before:
            return release.hidden


def feasible_intervals(system: System, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest number that each hidden count may be, by cell, for a reader of all that is shown.

    Where a cell is shown, both are its count; infinite where no line bounds a count. A hidden cell that is not 0 is known
    not to be; whole numbers are not asked for.
    """
    low, high = system.count.astype(float), system.count.astype(float)
    alone = hidden & ~in_a_line(system)
    low[alone], high[alone] = np.minimum(1, system.count[alone]), np.inf
    far = 2.0 * system.count.sum() + 1
    for cells, lines in components(system, hidden):
        fall, rise = room_of(system)[cells], np.full(len(cells), far)
        widest = Widest(fall, rise, sums_of(system, cells, lines))
        most, least = np.zeros(len(cells)), np.zeros(len(cells))
        for place in range(len(cells)):
            for way in (1, -1):
                if way > 0 or least[place] > -fall[place] + NOTHING:
                    flow = widest.together(np.array([place]), np.array([way]))
                    most, least = np.maximum(most, flow), np.minimum(least, flow)
        low[cells], high[cells] = system.count[cells] + least, system.count[cells] + np.where(most > far - 1, np.inf, most)
    return low, high


class _Release:
    """A system while it is protected: which cells are hidden, and how far flows have shown that each may move.

    `rise` and `fall` have two rows: as any reader knows the system, and as one who knows every count of 1.
    """

    def __init__(self, system: System, primary: np.ndarray, threshold: int, carried: np.ndarray | None, strict: bool):
        self.system, self.primary, self.threshold = system, primary, threshold
        self.room, self.one = room_of(system), system.count == 1
        self.needs = in_a_line(system) & (primary | (system.cost > 0))
        self.price, self.worth, self.anything = _prices(system, carried)
        self.strict, self.width = strict, min(WIDTH, threshold - 1)
        small = primary & (system.count > 0) & (system.count < threshold) & (system.cost > 0)
        self.aim_up = np.where(small, threshold - system.count, self.width)
        self.aim_down = np.where(small, system.count - 1, np.minimum(self.width, self.room))
        self.aimed, self.given_up = ~small, np.zeros((2, len(small)), dtype=bool)
        self.rise, self.fall = np.zeros((2, len(small))), np.zeros((2, len(small)))
        self.hidden = np.zeros(len(small), dtype=bool)
        self.hide(primary | (system.cost == 0))

    def hide(self, cells: np.ndarray) -> None:
        """Hides cells, what follows them, and a total of 0 above a hidden 0."""
        follower, more = self.system.follower, np.flatnonzero(cells)
        self.hidden = self.hidden.copy()
        while not self.hidden[more].all():
            self.hidden[more] = True
            more = np.append(follower[self.hidden[self.system.leader]], self._totals_of_0())

    def _totals_of_0(self) -> np.ndarray:
        system = self.system
        below = np.bincount(system.line, weights=(self.hidden & self.needs)[system.cell] & (system.sign > 0)) > 0
        return system.cell[below[system.line] & (system.sign < 0) & (system.count[system.cell] == 0)]

    def narrow(self, knows: int) -> np.ndarray:
        """Cells of which no flow yet shows that their interval is wide enough; `knows` 1 for a reader who knows every count of 1."""
        needs = self.hidden & self.needs & ~self.given_up[knows]
        if knows:  # who knows the one child learns nothing of a large count that is near it
            return needs & (self.primary | self.strict) & ~self.one & (np.maximum(self.rise[1], self.fall[1]) < 1 - NOTHING)
        return needs & np.where(self.aimed, self.rise[0] + self.fall[0] < self.width - NOTHING, ~self._at_aim())

    def _at_aim(self) -> np.ndarray:
        return (self.rise[0] >= self.aim_up - NOTHING) & (self.fall[0] >= self.aim_down - NOTHING)

    def protect(self, cells: np.ndarray, lines: np.ndarray) -> None:
        """Hides what is needed among cells that hang together."""
        sums = sums_of(self.system, cells, lines)
        for knows in (0, 1):
            self._move_together(cells, sums, knows)
            if self.narrow(knows)[cells].any():
                flows = self._flows(cells, sums, knows)
                while len(targets := cells[self.narrow(knows)[cells]]):
                    for target in targets[np.lexsort((targets, self.system.count[targets]))]:
                        if self.narrow(knows)[target]:
                            self._move_apart(flows, cells, target, knows)

    def _move_together(self, cells: np.ndarray, sums: csc_array, knows: int) -> None:
        """Flows among the hidden cells that each widen many at once."""
        inside = np.flatnonzero(self.hidden[cells])
        own, random = cells[inside], np.random.default_rng(SEED)
        still = knows & self.one[own]
        aimed = ~self.narrow(knows)[own]
        rise = np.where(still, 0, np.where(aimed, 10 * self.threshold, self.aim_up[own]))
        fall = np.where(still, 0, np.where(aimed, self.room[own], self.aim_down[own]))
        widest, idle = Widest(fall, rise, sums[:, inside]), 0
        while idle < ROUNDS and len(places := np.flatnonzero(self.narrow(knows)[own])):
            self._learn(own, widest.together(places, random.uniform(-1, 1, len(places))))
            idle = 0 if self.narrow(knows)[own].sum() < 0.9 * len(places) else idle + 1

    def _flows(self, cells: np.ndarray, sums: csc_array, knows: int) -> Cheapest:
        flows = Cheapest(self.room[cells], 10 * self.threshold, self._price_now(cells), sums)
        if knows:
            flows.hold(np.flatnonzero(self.one[cells]))
        return flows

    def _price_now(self, cells: np.ndarray) -> np.ndarray:
        return self.price[cells] * np.where(self.hidden[cells], HIDDEN_PRICE, 1)

    def _move_apart(self, flows: Cheapest, cells: np.ndarray, target: int, knows: int) -> None:
        """The cheapest flows that widen one cell: to its aim where that is worth it, then to the width at any price."""
        place = int(np.searchsorted(cells, target))
        for way, moved, aim in ((1, self.rise, self.aim_up), (-1, self.fall, self.aim_down)):
            if not self.aimed[target] and moved[0][target] < aim[target] - NOTHING:
                self._take(flows, cells, flows.towards(place, way, aim[target], self.worth))
        self.aimed[target] = True
        if self.narrow(knows)[target]:
            both = [flows.towards(place, way, 1 if knows else self.width - other[0][target], self.anything)
                    for way, other in ((1, self.fall), (-1, self.rise))]
            self._take(flows, cells, min(both, key=lambda flow: (-abs(flow[place]).round(6), self._price_now(cells) @ abs(flow))))
        self.given_up[knows, target] = self.narrow(knows)[target]

    def _take(self, flows: Cheapest, cells: np.ndarray, flow: np.ndarray) -> None:
        """Hides what moves in a flow."""
        before, moved = self.hidden, np.zeros(len(self.hidden), dtype=bool)
        moved[cells] = np.abs(flow) > NOTHING
        self.hide(moved)
        places = np.flatnonzero(self.hidden[cells] & ~before[cells])
        if len(places):
            flows.reprice(places, self._price_now(cells)[places])
        self._learn(cells, flow)

    def _learn(self, cells: np.ndarray, flow: np.ndarray) -> None:
        """What a flow among hidden cells shows; as much of it backwards as leaves every count at 1 or more."""
        flow = np.where(np.abs(flow) > NOTHING, flow, 0)
        rising = flow > 0
        back = -flow * min(1, (self.room[cells][rising] / flow[rising]).min(initial=1))
        for knows in (0, 1) if not flow[self.one[cells]].any() else (0,):
            self.rise[knows, cells] = np.maximum(self.rise[knows, cells], np.maximum(flow, back))
            self.fall[knows, cells] = np.maximum(self.fall[knows, cells], -np.minimum(flow, back))

    def unfinished(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Cells and lines that hang together where some cell is still narrow."""
        narrow = self.narrow(0) | self.narrow(1)
        return [(cells, lines) for cells, lines in components(self.system, self.hidden | (self.system.count > 0)) if narrow[cells].any()]

    def hide_beside_small_sums(self) -> None:
        """Another part, or else the total, of each line that shows the sum of hidden parts where that is small."""
        system, inside = self.system, self.hidden[self.system.cell]
        needs = inside & self.needs[system.cell]
        mass = np.bincount(system.line, weights=np.where(inside, system.count[system.cell], 0))
        total_shown = np.bincount(system.line, weights=inside & (system.sign < 0)) == 0
        weak = total_shown & (mass > 0) & (mass < self.threshold) & (np.bincount(system.line, weights=needs) > 0)
        shown = np.flatnonzero(weak[system.line] & ~inside & (system.count[system.cell] > 0))
        order = shown[np.lexsort((system.cell[shown], self.price[system.cell[shown]], system.sign[shown] < 0, system.line[shown]))]
        more = np.zeros(len(self.hidden), dtype=bool)
        more[system.cell[order[np.unique(system.line[order], return_index=True)[1]]]] = True
        self.hide(more)


def _prices(system: System, carried: np.ndarray | None) -> tuple[np.ndarray, float, float]:
    """What hiding each cell costs, with those that follow it; how much one step to the aim may cost; and one to the width."""
    price = system.cost.astype(float).copy()
    np.add.at(price, system.leader, system.cost[system.follower])
    usual = float(np.median(price[price > 0])) if (price > 0).any() else 1.0
    if carried is not None:
        price = np.where(carried, price * HIDDEN_PRICE, price)
    price = np.maximum(price, usual * HIDDEN_PRICE) * (1 + 1e-3 * np.arange(len(price)) / len(price))
    return price, WORTH * usual, 100 * float(price.max(initial=1))

"""A learnt gate: how much each member counts in this clip, by how sure it is and how good its signal was.

Jacobs, Jordan, Nowlan, Hinton 1991, "Adaptive mixtures of local experts", with experts that are already there.
A member's weight is the softmax of a linear function of its own confidence, margin and entropy and, where somebody says,
of its signal's quality (share of speech, of frames with a face, of EEG without artefacts), over the members that are there.
Fitted by likelihood with a penalty, from equal weights: where nothing is to be learnt it stays the average.
"""

from collections.abc import Mapping
from typing import Self

import numpy as np

from emofuse.decisions.base import SMALLEST, Scores, answered, by_member, check, check_varied, logs, weighed

Quality = Mapping[str, np.ndarray]
"""By member, how good its signal was in each clip, (N,) from 0 to 1; NaN where nobody knows."""


class Gate:
    """A mixture of members with weights of each clip's own.

    Args:
        penalty: Of the squared weights of the linear functions.
        steps: Of L-BFGS, at most.
    """

    def __init__(self, penalty: float = 0.02, steps: int = 200) -> None:
        self.penalty, self.steps = penalty, steps

    def fit(self, scores: Scores, targets: np.ndarray, quality: Quality | None = None) -> Self:
        """Learn what to trust when.

        Raises:
            SplitError: Too few clips, or clips of one class.
        """
        from scipy.optimize import minimize

        whole = by_member(scores)
        members, truth = answered(whole, np.asarray(targets))
        check_varied(truth)
        self.names_, self.classes_ = tuple(sorted(scores)), members.shape[2]
        kept = ~np.isnan(whole).any(axis=2).all(axis=0)
        seen = _seen(whole, self.names_, quality)[:, kept]  # (M, N, F)
        there = ~np.isnan(members).any(axis=2)
        self.mean_ = np.array([seen[m][there[m]].mean(axis=0) if there[m].any() else 0 * seen[m, 0] for m in range(len(members))])
        spread = np.array([seen[m][there[m]].std(axis=0) if there[m].any() else 0 * seen[m, 0] for m in range(len(members))])
        self.spread_ = np.where(spread > SMALLEST, spread, 1.0)
        inputs = self._scaled(seen, range(len(members)))  # (M, N, F + 1)
        of_truth = np.where(there, np.take_along_axis(members, truth[None, :, None], axis=2)[:, :, 0], 0.0)
        of_truth = np.where(there, np.maximum(of_truth, SMALLEST), 0.0)

        def cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
            theta = flat.reshape(inputs.shape[0], inputs.shape[2])
            share = _softmax((inputs * theta[:, None]).sum(axis=2), there)  # (M, N)
            mixture = (share * of_truth).sum(axis=0)
            loss = -np.log(mixture).mean() + self.penalty * (theta**2).sum()
            pull = share * (of_truth / mixture - 1)  # of the log-likelihood by each member's activation
            slope = -(pull[:, :, None] * inputs).mean(axis=1) + 2 * self.penalty * theta
            return float(loss), slope.ravel()

        start = np.zeros(inputs.shape[0] * inputs.shape[2])
        found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": self.steps})
        self.theta_: np.ndarray = found.x.reshape(inputs.shape[0], inputs.shape[2])
        return self

    def __call__(self, scores: Scores, quality: Quality | None = None) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C); NaN where no member has an answer.

        Raises:
            ValueError: It was not fitted, or a member was not there then.
        """
        check(self, scores)
        members = by_member(scores)
        return weighed(members, self.weights(scores, quality))

    def weights(self, scores: Scores, quality: Quality | None = None) -> np.ndarray:
        """How much each member counts in each clip; zero where it is absent. Shape: (M, N), members in the order of their names."""
        names = sorted(scores)
        members, places = by_member(scores), [self.names_.index(name) for name in names]
        inputs = self._scaled(_seen(members, names, quality), places)
        return _softmax((inputs * self.theta_[places][:, None]).sum(axis=2), ~np.isnan(members).any(axis=2))

    def _scaled(self, seen: np.ndarray, places: "range | list[int]") -> np.ndarray:
        """Standardised, with a one in front; zeros where a member is absent. Shape: (M, N, F) -> (M, N, F + 1)."""
        chosen = list(places)
        scaled = np.nan_to_num((seen - self.mean_[chosen][:, None]) / self.spread_[chosen][:, None])
        return np.concatenate([np.ones((*scaled.shape[:2], 1)), scaled], axis=2)


def _seen(members: np.ndarray, names: "tuple[str, ...] | list[str]", quality: Quality | None) -> np.ndarray:
    """What the gate looks at: confidence, margin, entropy, quality. Shape: (M, N, C) -> (M, N, 4); NaN where absent."""
    ordered = np.sort(members, axis=2)
    entropy = -(members * logs(members)).sum(axis=2)
    told = [(quality or {}).get(name) for name in names]
    good = np.stack([np.ones(members.shape[1]) if q is None else np.nan_to_num(np.asarray(q, dtype=float), nan=1.0) for q in told])
    return np.stack([ordered[:, :, -1], ordered[:, :, -1] - ordered[:, :, -2], entropy, good], axis=2)


def _softmax(activations: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Over the members that are there. Shape: (M, N) -> (M, N), columns sum to one, or to zero where nobody is there."""
    masked = np.where(there, activations, -np.inf)
    top = np.where(there.any(axis=0), masked.max(axis=0, initial=-np.inf, where=there), 0.0)
    raised = np.where(there, np.exp(np.where(there, activations, 0.0) - top), 0.0)
    total = raised.sum(axis=0)
    share: np.ndarray = raised / np.where(total > 0, total, 1.0)
    return share

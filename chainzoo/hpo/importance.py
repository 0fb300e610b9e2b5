"""The importance of the searched fields for the score."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optuna.study import Study

MIN_TRIALS = 4  # Complete trials from which importance can be estimated.


def field_importance(study: Study, seed: int) -> dict[str, float]:
    """Return each searched field's share of the variance of the score, the greatest first.

    By fANOVA on the complete trials (Hutter, Hoos and Leyton-Brown, ICML 2014); empty where there
    are fewer than four of them or all score the same.
    """
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances
    from optuna.trial import TrialState

    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(complete) < MIN_TRIALS or len({trial.value for trial in complete}) < 2:
        return {}
    try:
        shares = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed))
    except RuntimeError:  # The trees found no variance.
        return {}
    return {name: round(float(share), 4) for name, share in shares.items()}

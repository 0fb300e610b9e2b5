"""One answer out of those that several annotators gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from chainzoo.data.annotations.annotation_format import AnnotatedText
from chainzoo.data.losses import RowLosses

SEVERAL = "texts were annotated by several people: "


def choose_annotation(
    answers: Sequence[AnnotatedText], ground_truth: Sequence[bool], losses: RowLosses
) -> AnnotatedText:
    """Return the ground truth, else what most annotators say, else the first answer.

    Args:
        answers: the answers for one text, at least one.
        ground_truth: for each answer, whether a reviewer marked it as the ground truth.
        losses: counts the texts with several answers, by how the answer was chosen.
    """
    if len(answers) == 1:
        return answers[0]
    marked = [answer for answer, is_marked in zip(answers, ground_truth, strict=True) if is_marked]
    if marked:
        losses.add(f"{SEVERAL}the ground truth is taken.")
        return marked[0]
    counts = Counter(answers).most_common(2)
    if len(counts) == 1:
        losses.add(f"{SEVERAL}all agree.")
    elif counts[0][1] > counts[1][1]:
        losses.add(f"{SEVERAL}they disagree; the answer that most of them gave is taken.")
    else:
        losses.add(f"{SEVERAL}they disagree without a majority; the first answer is taken.")
        return answers[0]
    return counts[0][0]

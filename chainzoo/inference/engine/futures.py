"""Futures whose result completes that of another future."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any


class DependentFuture(Future[list[Any]]):
    """Predictions from which the results of ``request`` are built; its errors are the request's.

    Work on it begins only if the request has not been cancelled.
    """

    def __init__(self, request: Future[list[Any]]) -> None:
        super().__init__()
        self._request = request

    def set_running_or_notify_cancel(self) -> bool:
        """Begin the work of the request too; whether it is still wanted."""
        return self._request.set_running_or_notify_cancel() and (
            super().set_running_or_notify_cancel()
        )

    def set_result(self, result: list[Any]) -> None:
        """Set the result, and that of the request."""
        super().set_result(result)
        self._request.set_result(self._complete(result))

    def set_exception(self, exception: BaseException | None) -> None:
        """Set the error, and that of the request."""
        super().set_exception(exception)
        self._request.set_exception(exception)

    def _complete(self, result: list[Any]) -> list[Any]:
        """The results of the request."""
        return result


class FilledFuture(DependentFuture):
    """Predictions that are missing among ``known``, at the positions ``missing``."""

    def __init__(self, request: Future[list[Any]], known: list[Any], missing: list[int]) -> None:
        super().__init__(request)
        self._known, self._missing = known, missing

    def _complete(self, result: list[Any]) -> list[Any]:
        for position, prediction in zip(self._missing, result, strict=True):
            self._known[position] = prediction
        return self._known


class VectorFuture(DependentFuture):
    """Predictions of embeddings, whose vectors are the results of the request."""

    def _complete(self, result: list[Any]) -> list[Any]:
        return [list(prediction.vector) for prediction in result]

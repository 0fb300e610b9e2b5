"""The ways to call a tuned model: predictor, engine, LangChain interfaces, files and exports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.data import ReadOptions
from chainzoo.home import Home

if TYPE_CHECKING:
    from chainzoo.export.export import ExportResult
    from chainzoo.inference.engine import Engine
    from chainzoo.inference.predictor import Predictor
    from chainzoo.langchain.chat import ChatZoo
    from chainzoo.langchain.embeddings import ZooEmbeddings
    from chainzoo.langchain.llm import ZooLLM
    from chainzoo.langchain.question_answering import QuestionAnswerer
    from chainzoo.langchain.relations import RelationExtractor
    from chainzoo.registry import Registry


class ModelInterfaces:
    """Methods of ``Zoo`` that open a tuned model. Models are loaded when they are first called.

    ``ref`` is ``name``, ``name@version`` or ``name@alias``. All methods raise
    ``UnknownModelError`` for a ``ref`` that the registry does not have.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._predictors: dict[str, Predictor] = {}

    @property
    def registry(self) -> Registry:
        """The registry of tuned models."""
        from chainzoo.registry import Registry

        return Registry(self.home)

    def predictor(self, ref: str) -> Predictor:
        """Load a tuned model as a typed Runnable. It is loaded once, and again if its alias moves."""
        from chainzoo.inference.published import open_predictor

        version = self.registry.get(ref).ref
        if version not in self._predictors:
            self._predictors[version] = open_predictor(self.home, version)
        return self._predictors[version]

    def predict_file(
        self,
        ref: str,
        source: str | Path,
        output: str | Path,
        on_read: Callable[[str], None] = lambda sentence: None,
        **options: Any,
    ) -> int:
        """Predict on each row of a file, write ``output``, and return the number of rows.

        ``on_read`` is called with a sentence on the columns that are read.
        """
        from chainzoo.inference.files import predict_file

        return predict_file(
            self.predictor(ref), source, output, ReadOptions.of(**options), on_read=on_read
        )

    def engine(self, **options: Any) -> Engine:
        """Create an engine that serves all tuned models, which share their bases. Close it when done.

        ``options`` are those of ``Engine``, such as ``memory_mb=2000`` or ``cache_size=1000``.
        """
        from chainzoo.inference.engine import Engine

        return Engine(self.home, **options)

    def llm(self, ref: str) -> ZooLLM:
        """Open a tuned model as a LangChain LLM: text in, JSON text out."""
        from chainzoo.langchain.llm import ZooLLM

        return ZooLLM.from_predictor(self.predictor(ref))

    def chat(self, ref: str, **options: Any) -> ChatZoo:
        """Open a model tuned for dialogue, or the card of one, as a LangChain chat model."""
        from chainzoo.langchain.chat import ChatZoo

        return ChatZoo(model=ref, home=self.home.root, **options)

    def embeddings(self, ref: str = "minilm-l6") -> ZooEmbeddings:
        """Open the encoder of a card, or a tuned one, as LangChain ``Embeddings``."""
        from chainzoo.langchain.embeddings import ZooEmbeddings

        return ZooEmbeddings(ref, self.home)

    def relations(self, ref: str, *, entities: str) -> RelationExtractor:
        """Chain two tuned models: ``entities`` finds entities in texts, ``ref`` their relations."""
        from chainzoo.langchain.relations import RelationExtractor

        return RelationExtractor(self.predictor(entities), self.predictor(ref))

    def question_answering(self, ref: str, retriever: Any) -> QuestionAnswerer:
        """Chain a LangChain retriever and a tuned model that answers from what it retrieves."""
        from chainzoo.langchain.question_answering import QuestionAnswerer

        return QuestionAnswerer(self.predictor(ref), retriever)

    def export(
        self,
        ref: str,
        folder: str | Path,
        format: str = "transformers",  # noqa: A002
        data: Any = None,
    ) -> ExportResult:
        """Export a tuned model as ``transformers``, ``onnx`` or ``onnx-int8``, checked on ``data``.

        Raises:
            RegistryError: the format cannot hold the model.
            ParityError: the exported model predicts otherwise.
        """
        from chainzoo.export.export import export_model

        return export_model(self.home, ref, folder, format, data)

"""Load the chat model that drives an agent, by a short name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainzoo.errors import AgentError, first_line

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from chainzoo.zoo import Zoo

EMBEDDED = "brain"
LOCAL = ("zoo", "hf")
PROVIDERS = {
    "openai": "langchain-openai",
    "anthropic": "langchain-anthropic",
    "ollama": "langchain-ollama",
}


def load_chat_model(zoo: Zoo, name: str | BaseChatModel | None) -> BaseChatModel:
    """Load the embedded brain (``None`` or ``brain``), a local or a remote chat model.

    ``zoo:NAME`` is a card or a tuned model, ``hf:FOLDER`` a folder of transformers. Any other
    ``provider:model`` (``openai:…``, ``anthropic:…``, ``ollama:…``) is loaded by LangChain.

    Raises:
        AgentError: the name is none of these, or the provider's package or key is missing.
    """
    if name is not None and not isinstance(name, str):
        return name
    if name in (None, "", EMBEDDED):
        from chainzoo.agent.brain import ZooBrain

        brain: BaseChatModel = ZooBrain(home=zoo.home.root)
        return brain
    provider, _, model = str(name).partition(":")
    if not model:
        raise AgentError(
            f"{name!r} is not the name of a chat model.",
            remedy="Write brain, zoo:NAME, hf:FOLDER, or provider:model such as ollama:qwen3.",
        )
    if provider in LOCAL:
        local: BaseChatModel = _load_local(zoo, provider, model)
        return local
    return _load_remote(provider, model)


def _load_local(zoo: Zoo, provider: str, model: str) -> Any:
    from chainzoo.langchain.chat import ChatZoo

    if provider == "hf" and not Path(model).expanduser().is_dir():
        raise AgentError(f"There is no folder {model}.", remedy="Check the path after hf:.")
    reference = str(Path(model).expanduser().absolute()) if provider == "hf" else model
    return ChatZoo(model=reference, home=zoo.home.root)


def _load_remote(provider: str, model: str) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    package = PROVIDERS.get(provider, f"the LangChain package of {provider}")
    try:
        loaded: BaseChatModel = init_chat_model(model, model_provider=provider)
        return loaded
    except ImportError:
        raise AgentError(
            f"{provider}:{model} needs {package}.", remedy=f"Run `pip install {package}`."
        ) from None
    except Exception as error:  # Each provider has its own errors, most often for a missing key.
        raise AgentError(
            f"{provider}:{model} cannot be loaded: {first_line(error)}",
            remedy="Check the name and the key.",
        ) from None

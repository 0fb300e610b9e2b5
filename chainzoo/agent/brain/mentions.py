"""What a request names: files, folders, cards, tuned models, texts, sizes and numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from chainzoo.agent.brain.lexicon import NUMBER_WORDS

Kind = Literal[
    "file", "folder", "card", "name", "newname", "text", "size", "epochs", "rate", "batch", "limit"
]
MASKS: dict[str, str] = {
    "file": "FILE", "folder": "FOLDER", "card": "CARD", "name": "NAME", "newname": "NAME",
    "text": "TEXT", "size": "SIZE", "epochs": "NUM", "rate": "NUM", "batch": "NUM", "limit": "NUM",
}  # fmt: skip
CJK = r"一-鿿"
EXTENSIONS = (
    "csv|tsv|jsonl|ndjson|json|conllu?|iob2?|bio|xlsx?|parquet|txt|md|markdown|html?|pdf|docx?|dat|"
    "train|test[ab]?|dev|data|toml|tab|ann|pkl|zip|gz|rst"
)
FILE = re.compile(
    rf"(?:[A-Za-z]:\\)?[~./\\]*[\w{CJK}][\w{CJK}./\\~+%()-]*?\.(?:{EXTENSIONS})(?:\.(?:gz|zip|bz2))?"
    rf"(?![A-Za-z0-9_-])(?!\.[A-Za-z0-9])|(?:[\w.-]+/)*(?:eng|esp|deu|ned)\.(?:train|test[ab]|raw)(?!\w)",
    re.IGNORECASE,
)
SPACED_FILE = re.compile(rf"[\w{CJK} ./()-]+\.(?:{EXTENSIONS})", re.IGNORECASE)
LEADING = re.compile(
    "^(?:请|帮我|麻烦|先|再|然后|接着|现在|你|我|要|想|去|来|使用|利用|基于|根据|用|拿|在|把|将|对于|对|给|为|"
    "以|从|和|与|跟|于|看看|看一下|看下|看|检查一下|检查|查看|分析一下|分析|打开|浏览|读取|导入|索引|录入|收录|"
    "加载|标注|预测|分类|评估|测试|测一下|训练|微调|比较|对比|数据集|数据|文件|文档|整个|统计|总结|描述|概述|"
    "输出到|保存到|写到|写入|保存为|输出|是|为)+"
)
QUOTES = re.compile(
    r"“([^”]+)”|\"([^\"]+)\"|「([^」]+)」|『([^』]+)』|‘([^’]+)’|«([^»]+)»|《([^》]+)》|"
    r"`([^`]+)`|(?<![\w])'((?:[^']|'(?=\w))+)'(?!\w)"
)
FOLDER = re.compile(r"(?<![\w@])(?:~|\.{1,2})?/?[\w.~-]+(?:/[\w.~-]+)+/?|(?<![\w/])[\w.~-]+/(?!\w)")
IDENTIFIER = r"[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)*(?:@[A-Za-z0-9_-]+)?"
NAMING = re.compile(
    r"(?:\b(?:name|call|save|label|title|dub)\s+(?:it|that|this|the (?:model|result|run)|them)\s+(?:as\s+)?|"
    r"\b(?:named|called|titled)\s+|\bunder the name(?: of)?\s+|\b(?:save|store|keep)(?: it)? as\s+|"
    r"(?:,|\band)\s*name\s*[:=]?\s*(?!\s*(?:it|that|this|the|them)\b)|\bname\s*[:=]\s*|\bas\s+(?=[\w-]*[-_\d])|"
    r"(?:取名|命名|名字|名称|起名|名)(?:叫做|叫作|叫|为|是|：|:)?\s*(?:为|叫|成)?\s*|叫做?\s*|保存[为成]\s*)"
    rf"[\"“'「]?({IDENTIFIER})[\"”'」]?",
    re.IGNORECASE,
)
FAMILY = re.compile(
    r"^(?:[\w.-]+/)?[\w.]*(?:bert|electra|minilm|(?<![a-z])t5|bart|qwen|llama|smollm|gpt|resnet|"
    r"(?<![a-z])vit|mpnet|opus-mt|nllb|m2m100|(?<![a-z])e5|bge|gemma|mistral|phi-|pegasus|xlm|xlnet|"
    r"longformer|deit|convnext|whisper|ernie|gte-)[\w.-]*$",
    re.IGNORECASE,
)
NUMBER = (
    r"(?:\d+(?:\.\d+)?(?:e-?\d+)?|"
    + "|".join(sorted((re.escape(word) for word in NUMBER_WORDS), key=len, reverse=True))
    + r")"
)
QUANTITIES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("size", re.compile(
        rf"({NUMBER})\s*(?:-\s*)?(gb|gigabytes?|gigs?|g(?![a-z])|mb|megabytes?|megs?|m(?![a-z])|兆|千兆)", re.I)),
    ("rate", re.compile(
        rf"(?:learning[ _-]?rate|\blr|step size|学习率)\s*(?:of|to|at|=|:|：|为|是|设为|设成|用|改成|改为)?\s*({NUMBER})", re.I)),
    ("rate", re.compile(rf"({NUMBER})\s*(?:as (?:the )?)?(?:learning rate|的学习率)", re.I)),
    ("batch", re.compile(
        rf"(?:batch[ _-]?size|batches|batch|\bbs|批大小|批次大小|批量大小|批次|批量)\s*(?:of|to|=|:|：|为|是|设为|设成|用|改成|改为)?\s*({NUMBER})", re.I)),
    ("batch", re.compile(rf"({NUMBER})\s*(?:rows|examples|samples|sentences) (?:a|per) (?:step|batch)", re.I)),
    ("epochs", re.compile(
        rf"({NUMBER})\s*(?:more\s+|full\s+|个\s*|次\s*)?(?:epochs?|passes|rounds?|times over|轮次|轮|遍|epoch|回合)", re.I)),
    ("epochs", re.compile(rf"(?:epochs?|轮数|训练轮数)\s*(?:of|to|=|:|：|为|是|设为|改成)?\s*({NUMBER})", re.I)),
    ("limit", re.compile(rf"(?:top|best|first|at most|前)\s+?({NUMBER})(?:\s*(?:models?|个|ones)|\b)(?!\s*(?:mb|gb|g\b|m\b|兆))", re.I)),
    ("limit", re.compile(rf"({NUMBER})\s*(?:个|款|种)?\s*(?:[\w-]+\s+){{0,2}}(?:models|encoders|candidates)\b", re.I)),
    ("limit", re.compile(rf"\b(?:the\s+)?({NUMBER})\s+(?:best|smallest|fastest|lightest|top|strongest)\b", re.I)),
    ("limit", re.compile(rf"(?:前|推荐|列出|给我|找)\s*({NUMBER})\s*(?:个|款|种)", re.I)),
)  # fmt: skip
_NOT_NAMES = """
fine-tune fine-tuned fine-tuning re-rank re-ranking re-train head-only full-text held-out
low-rank e-mail e-mails cc-by-4.0 apache-2.0 cc-by-nc-4.0 bsd-3-clause gpl-3.0 so-far
follow-up multi-lingual pre-trained token-classification text-classification
question-answering relation-extraction image-classification text-ranking named-entity
sentence-level cross-encoder fine-grained real-time up-to-date on-device small-ish
batch-size learning-rate head-to-head bake-off shoot-out i-d re-run batch_size
learning_rate max_size_mb f1 top-3 top-5 well-known state-of-the-art follow-ups opt-out
thirty-two sixty-four production-ready long-term short-term non-commercial
"""
NOT_NAMES = frozenset(_NOT_NAMES.split())
_LATIN_WORDS = """
lora qlora mb gb kb epoch epochs f1 ner csv tsv json jsonl mit apache bsd gpl ok hi hello
lr batch size model token text classification production staging ai nlp qa llm gpu cpu id
api github ppt transformer bert full head encoder faq pdf pos url
"""
LATIN_WORDS = frozenset(_LATIN_WORDS.split())


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a request names, and where it stands."""

    kind: Kind
    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A request with what it names, and its masked form, which hides names from the classifier."""

    text: str
    mentions: tuple[Mention, ...]

    def all(self, *kinds: str) -> list[Any]:
        """The values of some kinds, in their order."""
        return [mention.value for mention in self.mentions if mention.kind in kinds]

    def one(self, *kinds: str) -> Any:
        """The first value of some kinds, or ``None``."""
        return next(iter(self.all(*kinds)), None)

    @property
    def masked(self) -> str:
        """The text with each mention replaced by what it is."""
        parts, at = [], 0
        for mention in self.mentions:
            mask = MASKS[mention.kind]
            whole = self.text[mention.start : mention.end]
            number = re.search(NUMBER, whole, re.IGNORECASE)
            if mask == "NUM" and number:
                whole = whole[: number.start()] + mask + whole[number.end() :]
            else:
                whole = mask
            parts += [self.text[at : mention.start], whole]
            at = mention.end
        return "".join([*parts, self.text[at:]])


def is_chinese(text: str) -> bool:
    """Whether a text is Chinese rather than English with a Chinese name in it."""
    characters = len(re.findall(f"[{CJK}]", text))
    return characters > 0 and characters >= len(re.findall(r"[A-Za-z]{2,}", text))


def read_request(text: str, known: Collection[str] = ()) -> ParsedRequest:
    """Find what ``text`` names; ``known`` are names of tuned models that were spoken of before."""
    found: list[Mention] = []
    for finder in (_quoted, _files, _quantities, _naming):
        _add(found, finder(text))
    _add(found, _folders(text))
    _add(found, _cards(text))
    _add(found, _names(text, known))
    _add(found, _after_colon(text, found))
    return ParsedRequest(text, tuple(sorted(found, key=lambda mention: mention.start)))


def _add(found: list[Mention], more: Iterable[Mention]) -> None:
    for mention in more:
        if all(mention.end <= old.start or mention.start >= old.end for old in found):
            found.append(mention)


def _quoted(text: str) -> Iterable[Mention]:
    for match in QUOTES.finditer(text):
        inner = next(group for group in match.groups() if group is not None).strip()
        naming = NAMING.match(text, _line_start(text, match.start()))
        if FILE.fullmatch(inner) or SPACED_FILE.fullmatch(inner):
            yield Mention("file", inner, match.start(), match.end())
        elif (naming is not None and naming.end() >= match.end() - 1) or (
            _named_before(text, match.start()) and re.fullmatch(IDENTIFIER, inner)
        ):
            yield Mention("newname", inner, match.start(), match.end())
        elif re.fullmatch(IDENTIFIER, inner) and re.search(r"[-_@\d]", inner):
            kind: Kind = "card" if _is_card(inner) else "name"
            yield Mention(kind, inner, match.start(), match.end())
        elif re.fullmatch(r"[\w.~-]+(?:/[\w.~-]+)+/?|[\w.~-]+/", inner):
            yield Mention("folder", inner, match.start(), match.end())
        else:
            yield Mention("text", inner, match.start(), match.end())


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at) + 1, at)


def _named_before(text: str, at: int) -> bool:
    before = text[max(0, at - 24) : at]
    return re.search(
        r"(?:(?:name|call)\s+(?:it|that|this|the model)|named|called|名为|叫做?|取名|命名为|名字叫?)\s*$",
        before,
        re.IGNORECASE,
    ) is not None  # fmt: skip


def _files(text: str) -> Iterable[Mention]:
    for match in FILE.finditer(text):
        start, value = match.start(), match.group()
        if re.search(f"[{CJK}]", value):
            latin = re.search(r"[A-Za-z0-9_.~/\\-]*[A-Za-z0-9_-]\.[A-Za-z0-9.]+$", value)
            if latin is not None and latin.start():
                cut = latin.start()
                if not value[cut - 1].isascii() and "/" in value[: cut + 1]:
                    cut = 0
            else:
                leading = LEADING.match(value)
                cut = leading.end() if leading else 0
                if value[cut:].startswith((".", "/")):
                    cut = 0
            start, value = start + cut, value[cut:]
        yield Mention("file", value.replace("\\", "/"), start, match.end())


def number(text: str) -> float | int:
    """A number written in digits or in words."""
    low = text.lower()
    value = float(NUMBER_WORDS[low]) if low in NUMBER_WORDS else float(low)
    return int(value) if value.is_integer() else value


def _quantities(text: str) -> Iterable[Mention]:
    for kind, pattern in QUANTITIES:
        for match in pattern.finditer(text):
            value = number(match.group(1))
            if kind == "limit" and value <= 1:
                continue
            if kind == "size":
                giga = match.group(2).lower().startswith(("g", "千"))
                value = value * 1000 if giga else value
            yield Mention(kind, value, match.start(), match.end())


def _naming(text: str) -> Iterable[Mention]:
    for match in NAMING.finditer(text):
        value = match.group(1)
        if value.lower() not in (
            "it",
            "lora",
            "the",
            "a",
            "production",
            "well",
            "soon",
            "csv",
            "full",
        ):
            yield Mention("newname", value, match.start(1), match.end(1))


def _folders(text: str) -> Iterable[Mention]:
    for match in FOLDER.finditer(text):
        value = match.group()
        if _is_card(value) or re.fullmatch(r"\d+/\d+", value):
            continue
        if value.lower() in ("and/or", "train/test", "yes/no", "either/or", "on/off"):
            continue
        yield Mention("folder", value.rstrip(".,"), match.start(), match.end())


@lru_cache(maxsize=1)
def card_ids() -> dict[str, str]:
    """Card ids by the ways in which they are written."""
    from chainzoo.catalog import Catalog
    from chainzoo.home import Home

    found: dict[str, str] = {}
    for card in Catalog.load(Home.default()).find():
        names = {card.id, card.id.replace("-", " "), card.id.replace("-", "_")}
        names |= {source.repo.lower() for source in card.sources if source.repo}
        names |= {source.repo.lower().split("/")[-1] for source in card.sources if source.repo}
        for name in names:
            found.setdefault(name, card.id)
    return found


def _is_card(name: str) -> bool:
    return name.lower() in card_ids() or FAMILY.match(name) is not None


def _cards(text: str) -> Iterable[Mention]:
    low = text.lower()
    for name in sorted(card_ids(), key=len, reverse=True):
        for match in re.finditer(rf"(?<![a-z0-9_./-]){re.escape(name)}(?![a-z0-9_@/-])", low):
            yield Mention("card", card_ids()[name], match.start(), match.end())
    for match in re.finditer(r"(?<![\w/-])(?:[\w-]+/)?[A-Za-z][\w.-]*\w", text, re.ASCII):
        if FAMILY.match(match.group()) and re.search(r"[-\d/]", match.group()):
            yield Mention("card", match.group(), match.start(), match.end())


def _after_colon(text: str, found: Collection[Mention]) -> list[Mention]:
    """A text that is given to a named model after a colon, without quotation marks."""
    colon = re.search(r"[:：]\s*(?=\S)", text)
    named = colon and any(m.kind == "name" and m.end <= colon.start() for m in found)
    if colon is None or not named or any(m.end > colon.end() for m in found):
        return []
    rest = text[colon.end() :].strip()
    return [Mention("text", rest, colon.end(), len(text))] if len(rest) > 3 else []


def _names(text: str, known: Collection[str]) -> Iterable[Mention]:
    chinese = is_chinese(text)
    for match in re.finditer(rf"(?<![A-Za-z0-9_./-]){IDENTIFIER}", text, re.ASCII):
        value, low = match.group(), match.group().lower()
        if low in NOT_NAMES or low.startswith(("fine-", "pre-", "non-", "multi-")):
            continue
        marked = re.search(r"[-_@]|[A-Za-z]\d|\d[A-Za-z]", value) is not None
        foreign = chinese and low not in LATIN_WORDS and len(value) > 1
        if value in known or marked or foreign:
            yield Mention("name", value, match.start(), match.end())

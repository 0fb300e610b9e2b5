"""Regular expressions that find files, folders, quotations and names in requests."""

from __future__ import annotations

import re

from chainzoo.agent.brain.mentions import CJK

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
# Chinese words before the name of a file, which no space separates from it.
LEADING_WORDS = re.compile(
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
# Phrases that give a new model its name.
NAMING = re.compile(
    r"(?:\b(?:name|call|save|label|title|dub)\s+(?:it|that|this|the (?:model|result|run)|them)\s+(?:as\s+)?|"
    r"\b(?:named|called|titled)\s+|\bunder the name(?: of)?\s+|\b(?:save|store|keep)(?: it)? as\s+|"
    r"(?:,|\band)\s*name\s*[:=]?\s*(?!\s*(?:it|that|this|the|them)\b)|\bname\s*[:=]\s*|\bas\s+(?=[\w-]*[-_\d])|"
    r"(?:取名|命名|名字|名称|起名|名)(?:叫做|叫作|叫|为|是|：|:)?\s*(?:为|叫|成)?\s*|叫做?\s*|保存[为成]\s*)"
    rf"[\"“'「]?({IDENTIFIER})[\"”'」]?",
    re.IGNORECASE,
)
# Names of families of pretrained models, which are cards even if the catalog has none such.
MODEL_FAMILY = re.compile(
    r"^(?:[\w.-]+/)?[\w.]*(?:bert|electra|minilm|(?<![a-z])t5|bart|qwen|llama|smollm|gpt|resnet|"
    r"(?<![a-z])vit|mpnet|opus-mt|nllb|m2m100|(?<![a-z])e5|bge|gemma|mistral|phi-|pegasus|xlm|xlnet|"
    r"longformer|deit|convnext|whisper|ernie|gte-)[\w.-]*$",
    re.IGNORECASE,
)
# Words that look like names, with a hyphen or a digit, and are not.
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
# Latin words in Chinese sentences that are not names.
_LATIN_WORDS = """
lora qlora mb gb kb epoch epochs f1 ner csv tsv json jsonl mit apache bsd gpl ok hi hello
lr batch size model token text classification production staging ai nlp qa llm gpu cpu id
api github ppt transformer bert full head encoder faq pdf pos url
"""
LATIN_WORDS = frozenset(_LATIN_WORDS.split())
NOT_NEW_NAMES = frozenset(("it", "lora", "the", "a", "production", "well", "soon", "csv", "full"))
NOT_FOLDERS = frozenset(("and/or", "train/test", "yes/no", "either/or", "on/off"))

"""The words that people use for languages, licences, methods and numbers.

Each table holds a value and the regular expression of its words in English and Chinese. The words
for a task belong to the task: see ``TaskKeywords``.
"""

from __future__ import annotations

import re
from functools import cache

from chainzoo.tasks import get_task, task_names

LANGUAGES: tuple[tuple[str, str], ...] = (
    ("multilingual", r"multi-?lingual|many languages|several languages|多语言|多语种|多种语言"),
    ("zh", r"chinese|mandarin|中文|汉语|华语|中国话"),
    ("en", r"english|英文|英语"),
    ("de", r"german\b|德文|德语"),
    ("fr", r"french|法文|法语"),
    ("es", r"spanish|西班牙文|西班牙语|西语"),
    ("ja", r"japanese|日文|日语"),
    ("ko", r"korean|韩文|韩语"),
    ("it", r"italian|意大利文|意大利语"),
    ("pt", r"portuguese|葡萄牙文|葡萄牙语|葡语"),
    ("ru", r"russian|俄文|俄语"),
    ("ar", r"arabic|阿拉伯文|阿拉伯语"),
    ("nl", r"dutch|荷兰文|荷兰语"),
    ("pl", r"polish\b|波兰文|波兰语"),
    ("tr", r"turkish|土耳其文|土耳其语"),
    ("vi", r"vietnamese|越南文|越南语"),
    ("hi", r"hindi|印地文|印地语"),
    ("sv", r"swedish|瑞典文|瑞典语"),
    ("cs", r"czech|捷克文|捷克语"),
    ("th", r"\bthai\b|泰文|泰语"),
    ("id", r"indonesian|印尼文|印尼语"),
    ("uk", r"ukrainian|乌克兰文|乌克兰语"),
    ("fi", r"finnish|芬兰文|芬兰语"),
    ("da", r"danish|丹麦文|丹麦语"),
)
LICENSES: tuple[tuple[str, str], ...] = (
    ("cc-by-nc-4.0", r"cc.by.nc(?:.4\.0)?"),
    ("cc-by-sa-4.0", r"cc.by.sa(?:.4\.0)?"),
    ("cc-by-4.0", r"cc.by(?:.4\.0)?"),
    ("apache-2.0", r"apache(?:[ -]?(?:license |licence )?2(?:\.0)?)?"),
    ("mit", r"(?<![a-z])mit(?![a-z])"),
    ("bsd-3-clause", r"bsd(?:-3(?:-clause)?)?"),
    ("gpl-3.0", r"(?<![al])gpl(?:-?3(?:\.0)?|v3)?"),
)
METHODS: tuple[tuple[str, str], ...] = (
    ("qlora", r"q-?lora"),
    ("lora", r"(?<!q)(?<!q-)lora|low.rank|adapters?\b"),
    (
        "head",
        r"head.only|only (?:train |tune )?(?:the )?(?:classification )?head|(?:just|only) the (?:last layer|head|classifier)|(?:the )?head alone|frozen (?:encoder|base|body)|linear prob\w+|freez\w+ (?:the )?(?:encoder|base|body|rest)|只(?:训练|调|微调|训)?(?:分类头|头部|最后一层|头)|分类头|冻结",
    ),
    (
        "full",
        r"full(?:y)?[ -](?:fine.?tun\w*|tun\w*|train\w*|parameter\w*)|in full\b|full(?:y)?\b(?! (?:file|data|name|list|report))|all (?:the )?(?:weights|parameters|layers)|every (?:weight|parameter|layer)|全参数?|全量|全部参数|所有参数",
    ),
)
NUMBER_WORDS = {
    "one": 1, "a single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "twenty": 20, "a couple of": 2,
    "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    "十": 10, "二十": 20, "一百": 100, "两百": 200, "二百": 200, "三百": 300, "五百": 500,
    "一千": 1000, "hundred": 100, "a hundred": 100, "one hundred": 100, "two hundred": 200,
    "five hundred": 500, "half a": 0.5, "half": 0.5, "半": 0.5, "sixteen": 16, "thirty-two": 32,
    "sixty-four": 64,
}  # fmt: skip
NUMBER = (
    r"(?:\d+(?:\.\d+)?(?:e-?\d+)?|"
    + "|".join(sorted((re.escape(word) for word in NUMBER_WORDS), key=len, reverse=True))
    + r")"
)


@cache
def task_words() -> tuple[tuple[str, str], ...]:
    """Tasks and the patterns of their names, by the tasks' priority; the first match counts."""
    tasks = sorted(map(get_task, task_names()), key=lambda task: -task.keywords.priority)
    return tuple((task.name, task.keywords.names) for task in tasks)


@cache
def input_words() -> tuple[tuple[str, str], ...]:
    """Tasks and the patterns of the texts that they are usually for, such as tickets or reviews."""
    tasks = map(get_task, task_names())
    return tuple((task.name, task.keywords.inputs) for task in tasks if task.keywords.inputs)


def first_match(table: tuple[tuple[str, str], ...], text: str) -> str | None:
    """The first value of a table whose words are in a text, or ``None``."""
    lowered = text.lower()
    return next((value for value, pattern in table if re.search(pattern, lowered)), None)

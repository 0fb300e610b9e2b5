"""The names that people give to columns of texts and of labels, the likeliest first."""

from __future__ import annotations

TEXT_NAMES = (
    "text", "sentence", "utterance", "review", "reviewbody", "content", "message", "query",
    "question", "body", "title", "文本", "内容", "标题",
)  # fmt: skip
LABEL_NAMES = (
    "label", "labels", "intent", "category", "class", "sentiment", "star", "stars", "target",
    "topic", "type", "tag", "tags", "rating", "标签", "类别",
)  # fmt: skip

"""The replies of the brain when it calls no tool, in English and Chinese."""

from __future__ import annotations

REPLIES: dict[str, dict[str, str]] = {
    "en": {
        "greeting": "Hello! I find, tune, evaluate and call models. Tell me what you need, or name a file.",
        "thanks": "You are welcome.",
        "help": (
            "I find pretrained models, inspect data, compare and tune models, follow and stop runs,"
            " evaluate, predict on texts and files, manage versions, and search documents. For example:"
            ' "look at tickets.csv", "tune minilm-l6 on tickets.csv with LoRA, name it tickets",'
            " \"what does tickets say about 'my card was charged twice'?\""
        ),
        "other": "That is outside what I can do: I find, tune, evaluate and call models.",
        "no": "All right, nothing is changed.",
        "unclear": "I am not sure what you mean. Which model or file is it about, and what should I do?",
        "data": "Which file? Name it, such as tickets.csv.",
        "model": "Which tuned model? Name it; “my models” lists them.",
        "texts": "Which text? Put it in quotation marks.",
        "run": "Which run should I stop? Name it or its model.",
        "path": "Which file or folder should I read?",
        "done": "Done.",
    },
    "zh": {
        "greeting": "你好！我可以查找、微调、评估和调用模型。告诉我你需要什么，或者给我一个文件名。",
        "thanks": "不客气。",
        "help": (
            "我可以查找预训练模型、检查数据、比较和微调模型、查看和停止训练、评估、对文本或文件做预测、管理版本、"
            "检索文档。例如：“看看 tickets.csv”、“用 tickets.csv 微调 minilm-l6，用 LoRA，取名 tickets”、"
            "“用 tickets 判断「我被重复扣款了」”。"
        ),
        "other": "这超出了我的能力：我只能查找、微调、评估和调用模型。",
        "no": "好的，我什么都不做。",
        "unclear": "我不太明白。是关于哪个模型或文件？要我做什么？",
        "data": "哪个文件？请说出文件名，例如 tickets.csv。",
        "model": "哪个微调好的模型？请说出名字；“我的模型”可以列出它们。",
        "texts": "哪段文本？请用引号括起来。",
        "run": "要停止哪个训练？请说出它或它的模型的名字。",
        "path": "要读取哪个文件或文件夹？",
        "done": "完成。",
    },
}


def reply(kind: str, language: str) -> str:
    """The reply to a kind of small talk, or the question for a missing argument."""
    return REPLIES[language][kind]

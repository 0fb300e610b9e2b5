"""Public data sets in the formats in which they are published, read with all their rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainzoo.data.read import read_table

FILES = [
    ("ner/conll2003/eng.train", 14_041, "token-classification", 4),
    ("ner/conll2003/eng.testa", 3_250, "token-classification", 4),
    ("ner/weibo_ner/weiboNER_2nd_conll.train", 1_350, "token-classification", 8),
    ("ner/weibo_ner/weiboNER_2nd_conll.dev", 270, "token-classification", 8),
    ("ner/germeval2014/NER-de-dev.tsv", 2_200, "token-classification", 12),
    ("classification/banking77/train.csv", 10_003, "text-classification", 77),
    ("classification/clinc150/data_full_train_val.json", 18_200, "text-classification", 151),
    ("classification/csl_category/train.tsv", 8_000, "text-classification", 13),
    ("classification/csl_category/dev.tsv", 1_000, "text-classification", 13),
    ("classification/asap_reviews/train_sample.csv", 100, "text-classification", 5),
    ("classification/asap_reviews/dev_sample.csv", 100, "text-classification", 5),
    ("classification/uci_sentiment_sentences/yelp_labelled.txt", 1_000, "text-classification", 2),
    ("classification/sms_spam/SMSSpamCollection", 4_460, "text-classification", 2),
    ("financial/financial_phrasebank/financialphrasebank.csv", 4_846, "text-classification", 3),
    (
        "dialogue/bitext_customer_service/Bitext_Sample_Customer_Service_Training_Dataset.csv",
        6_540,
        "text-classification",
        27,
    ),
    ("relation/semeval2010_task8/TRAIN_FILE.TXT", 8_000, "relation-extraction", 19),
    ("qa/xquad/xquad.en.json", 1_190, "question-answering", 0),
    ("qa/xquad/xquad.zh.json", 1_190, "question-answering", 0),
    ("qa/cmrc2018/cmrc2018_trial.json", 1_000, "question-answering", 0),
    ("summarization/scitldr/train.jsonl", 1_000, "summarization", 0),
    ("summarization/scitldr/dev.jsonl", 300, "summarization", 0),
    ("summarization/csl_title/dev.tsv", 1_000, "summarization", 0),
    ("translation/tatoeba_en_zh/cmn.txt", 16_896, "translation", 0),
    ("dialogue/schema_guided/dev/dialogues_001.json", 128, "dialogue", 0),
    ("dialogue/xdailydialog/zh_dev_human.txt", 995, "dialogue", 0),
    ("dialogue/crosswoz/val_first25.json", 25, "dialogue", 0),
    ("dialogue/faq_en_covid/faq_covidbert.csv", 213, "dialogue", 0),
    ("dialogue/faq_zh_medical/neike_sample.csv", 2_000, "dialogue", 0),
]


@pytest.mark.parametrize(("file", "rows", "task", "labels"), FILES)
def test_a_public_data_set_is_read_with_all_its_rows(
    shared_data: Path, file: str, rows: int, task: str, labels: int
) -> None:
    table = read_table(shared_data / file)
    assert (len(table), table.task, len(table.labels)) == (rows, task, labels)


def test_conll_files_keep_every_token(shared_data: Path) -> None:
    table = read_table(shared_data / "ner/conll2003/eng.train")
    assert sum(len(example.tokens) for example in table.examples) == 203_621
    first = table.examples[0]
    entities = [(first.text[s.start : s.end], s.label) for s in first.spans]
    assert entities == [("EU", "ORG"), ("German", "MISC"), ("British", "MISC")]


def test_digits_after_the_characters_of_weibo_are_left_out(shared_data: Path) -> None:
    table = read_table(shared_data / "ner/weibo_ner/weiboNER_2nd_conll.train")
    assert table.examples[0].text.startswith("科技全方")

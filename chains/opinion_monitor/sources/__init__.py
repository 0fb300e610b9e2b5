"""Sources of posts: files, folders, standard input, feeds and Kafka."""

from chains.opinion_monitor.sources.base import PostSource, SourceItem
from chains.opinion_monitor.sources.factory import open_source
from chains.opinion_monitor.sources.feed import FeedSource
from chains.opinion_monitor.sources.files import FileSource, FolderSource
from chains.opinion_monitor.sources.kafka import KafkaSource
from chains.opinion_monitor.sources.lines import LineSource

__all__ = [
    "FeedSource",
    "FileSource",
    "FolderSource",
    "KafkaSource",
    "LineSource",
    "PostSource",
    "SourceItem",
    "open_source",
]

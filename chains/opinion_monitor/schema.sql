-- Version 2 of a monitor's store.

CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE positions (source TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE posts (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, source TEXT NOT NULL, text TEXT NOT NULL,
    time REAL NOT NULL, topic TEXT, topic_score REAL, sentiment TEXT NOT NULL,
    sentiment_score REAL NOT NULL, polarity INTEGER NOT NULL, late INTEGER NOT NULL);

CREATE INDEX posts_by_time ON posts (time);

CREATE TABLE post_subjects (
    kind TEXT, name TEXT, post INTEGER, PRIMARY KEY (kind, name, post)) WITHOUT ROWID;

CREATE TABLE window_counts (
    kind TEXT, name TEXT, start INTEGER, posts INTEGER NOT NULL, positive INTEGER NOT NULL,
    neutral INTEGER NOT NULL, negative INTEGER NOT NULL, polarity INTEGER NOT NULL,
    PRIMARY KEY (kind, name, start)) WITHOUT ROWID;

CREATE INDEX window_counts_by_start ON window_counts (start);

CREATE TABLE rejected (source TEXT, position TEXT, reason TEXT, row TEXT);

CREATE TABLE alerts (
    id TEXT PRIMARY KEY, kind TEXT, name TEXT, measure TEXT, start INTEGER, severity TEXT,
    record TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE deliveries (alert TEXT, sink TEXT, PRIMARY KEY (alert, sink)) WITHOUT ROWID;

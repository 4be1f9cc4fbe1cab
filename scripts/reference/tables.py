#!/usr/bin/env python3
"""Writes packages/data/fixtures: CSV and Parquet files as pandas and pyarrow write them, and the values that they read in them.

    python3 scripts/reference/tables.py

Written with pandas 3.1.1 and pyarrow, whose version stands in tables.json.
"""
import datetime
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet as parquet

random = np.random.default_rng(3)
folder = Path(__file__).resolve().parents[2] / "packages/data/fixtures"
folder.mkdir(exist_ok=True)
files = {}

rows = 57
frame = pd.DataFrame(
    {
        "id": np.arange(rows),
        "größe": np.round(random.standard_normal(rows) * 100, 3),
        "text": random.choice(["a", "b, c", 'say "hi"', "two\nlines", "Ærø 🙂", "semi;colon", "tab\tin it", ""], rows),
        "empty": np.where(random.random(rows) < 0.3, np.nan, np.round(random.random(rows), 4)),
    }
)


def shown(value):
    """A value as a CSV reader without types has it."""
    return "" if value is None or value != value else value


def csv(name, encoding="utf-8", notes=(), **options):
    text = frame.to_csv(index=False, lineterminator=options.pop("lineterminator", "\n"), **options)
    (folder / name).write_bytes(text.encode(encoding))
    read = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, sep=options.get("sep", ","), lineterminator=None)
    decimal = options.get("decimal", ".")
    values = {column: [v.replace("\r\n", "\n").replace(",", ".") if decimal == "," and column in ("größe", "empty") else v.replace("\r\n", "\n") for v in read[column]] for column in read}
    files[name] = {"columns": values, "notes": list(notes)}


csv("comma.csv")
csv("crlf-semicolon-decimal.csv", "utf-8-sig", ["The byte order mark says UTF-8.", "Values are separated by semicolons.", "Decimal commas are read as points."], sep=";", decimal=",", lineterminator="\r\n")
csv("tab-utf16.csv", "utf-16", ["The byte order mark says UTF-16LE.", "Values are separated by tabulators."], sep="\t")
csv("quoted-pipe.csv", notes=["Values are separated by |."], sep="|", quoting=1)

table = pyarrow.table(
    {
        "int": pyarrow.array([None if i % 7 == 3 else i * 10**12 for i in range(rows)], pyarrow.int64()),
        "float": pyarrow.array(random.standard_normal(rows)),
        "single": pyarrow.array(random.standard_normal(rows).astype(np.float32)),
        "text": pyarrow.array(list(frame["text"])).dictionary_encode(),
        "truth": pyarrow.array([None if i % 5 == 4 else bool(i % 2) for i in range(rows)]),
        "small": pyarrow.array(range(rows), pyarrow.uint8()),
        "day": pyarrow.array([datetime.date(1970, 1, 1) + datetime.timedelta(days=int(d)) for d in random.integers(-9000, 20000, rows)]),
        "time": pyarrow.array([datetime.datetime(2020, 1, 1) + datetime.timedelta(milliseconds=int(d)) for d in random.integers(0, 10**10, rows)], pyarrow.timestamp("ms")),
        "decimal": pyarrow.array([None if i == 2 else i / 4 for i in range(rows)], pyarrow.float64()).cast(pyarrow.decimal128(9, 2)),
    }
)
epoch = {datetime.date: lambda d: (d - datetime.date(1970, 1, 1)).days * 86400000, datetime.datetime: lambda t: int((t - datetime.datetime(1970, 1, 1)) / datetime.timedelta(milliseconds=1))}


def plain(value):
    if isinstance(value, datetime.datetime):
        return epoch[datetime.datetime](value)
    if isinstance(value, datetime.date):
        return epoch[datetime.date](value)
    return float(value) if type(value).__name__ == "Decimal" else value


values = {name: [plain(value) for value in table[name].to_pylist()] for name in table.column_names}
for name, options in {
    "snappy.parquet": {"compression": "snappy", "row_group_size": 20},
    "zstd.parquet": {"compression": "zstd", "row_group_size": 100, "data_page_version": "2.0"},
    "gzip.parquet": {"compression": "gzip", "row_group_size": 13, "use_dictionary": False},
    "plain.parquet": {"compression": "none"},
}.items():
    parquet.write_table(table, folder / name, **options)
about = f"CSV and Parquet files of pandas {pd.__version__} and pyarrow {pyarrow.__version__}; scripts/reference/tables.py."
(folder / "tables.json").write_text(json.dumps({"about": about, "csv": files, "parquet": values}, indent=1, ensure_ascii=False) + "\n")

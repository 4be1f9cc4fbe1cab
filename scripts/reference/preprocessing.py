#!/usr/bin/env python3
"""Writes packages/core/fixtures/preprocessing.json: tables as scikit-learn and pandas preprocess them.

    python3 scripts/reference/preprocessing.py

Written with scikit-learn 1.9.1, pandas 3.1.1 and numpy 2.4.6. Numbers: StandardScaler, which leaves missing values out, then
SimpleImputer with an indicator. Categories: OneHotEncoder, with a missing one as a category of its own, the last.
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

random = np.random.default_rng(7)


def numbers(values):
    frame = np.array(values, dtype=float).reshape(-1, 1)
    scaler = StandardScaler().fit(frame)
    imputer = SimpleImputer(strategy="mean", add_indicator=True).fit(scaler.transform(frame))
    return float(scaler.mean_[0]), float(np.sqrt(scaler.var_[0])), lambda new: imputer.transform(scaler.transform(np.array(new, dtype=float).reshape(-1, 1)))


def categories(values):
    series = pd.Series(values, dtype=object).where(pd.notna(pd.Series(values, dtype=object)), None).to_numpy().reshape(-1, 1)
    encoder = OneHotEncoder(sparse_output=False).fit(series)
    return [str(name) for name in encoder.categories_[0] if name is not None], lambda new: encoder.transform(np.array(new, dtype=object).reshape(-1, 1))


def table(rows, columns):
    names = list(columns)
    train = {name: make(rows) for name, make in columns.items()}
    new = {name: [values[i] for i in random.permutation(rows)[: rows // 2]] for name, values in train.items()}
    fitted, inputs = [], []
    for name in names:
        if all(isinstance(value, (float, int)) or value is None for value in train[name]):
            mean, deviation, transform = numbers([np.nan if value is None else value for value in train[name]])
            fitted.append({"name": name, "mean": mean, "deviation": deviation})
            inputs.append(transform([np.nan if value is None else value for value in new[name]]))
        else:
            found, transform = categories(train[name])
            fitted.append({"name": name, "categories": found})
            inputs.append(transform(new[name]))
    return {"train": train, "new": new, "columns": fitted, "inputs": np.concatenate(inputs, axis=1).tolist()}


def normal(mean, deviation, missing=0.0):
    return lambda rows: [None if random.random() < missing else float(mean + deviation * random.standard_normal()) for _ in range(rows)]


def choice(*values, weights=None):
    return lambda rows: [values[i] for i in random.choice(len(values), rows, p=weights)]


tables = [
    table(23, {"age": normal(40, 12), "city": choice("Oslo", "Bergen", "Å"), "income": normal(5e4, 3e4, 0.3)}),
    table(40, {"colour": choice("red", "Green", "blue", None), "offset": normal(1e8, 1.0), "tiny": normal(-3e-9, 1e-12, 0.2)}),
    table(57, {"a": normal(0, 1), "b": normal(-7, 100), "year": lambda rows: [int(x) for x in random.integers(1900, 2020, rows)]}),
]
about = f"Tables as scikit-learn {sklearn.__version__} and pandas {pd.__version__} preprocess them; scripts/reference/preprocessing.py."
path = Path(__file__).resolve().parents[2] / "packages/core/fixtures/preprocessing.json"
path.write_text(json.dumps({"about": about, "tables": tables}, indent=1, ensure_ascii=False, allow_nan=False) + "\n")

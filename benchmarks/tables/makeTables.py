"""Writes the public tables that benchmarks/src/tables.js trains on, from packages of the Python package index.

pip install scikit-learn==1.9.1 vega_datasets==0.9.0 statsmodels==0.15.0 pandas==3.1.1, then python3 makeTables.py here.
Missing numbers are empty cells. Sources and licences are in README.md.
"""

from pathlib import Path

import statsmodels.api as sm
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from vega_datasets import data

here = Path(__file__).parent


def write(name, frame):
    frame.to_csv(here / f"{name}.csv", index=False, lineterminator="\n")


cars = data.cars().dropna(subset=["Miles_per_Gallon"])
cars["Year"] = cars["Year"].dt.year
write("cars", cars.drop(columns="Name"))

write("diabetes", load_diabetes(as_frame=True, scaled=False).frame)

for name, load in {"breastCancer": load_breast_cancer, "wine": load_wine}.items():
    bunch = load(as_frame=True)
    frame = bunch.frame
    frame["target"] = [bunch.target_names[i] for i in frame["target"]]
    write(name, frame)

write("doctorVisits", sm.datasets.randhie.load_pandas().data.sample(4000, random_state=1).sort_index().round(6))

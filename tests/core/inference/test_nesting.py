"""The tree of groups: counts, parents, the rest node."""

from pathlib import Path

import pandas as pd

from mlm_core.inference.nesting import nesting_tree

DATA = Path(__file__).parents[3] / "data"


def test_tree_of_a_small_table():
    data = pd.DataFrame({"s": ["a", "a", "b", "b"], "c": [1, 2, 1, 1]})
    tree = nesting_tree(data, ["s", "c"])
    nodes = tree.nodes.set_index("id")
    assert nodes.loc["all", ["n", "children", "depth"]].tolist() == [4, 2, 0]
    first = nodes[nodes["depth"] == 1]
    assert first["label"].tolist() == ["a", "b"]
    assert first["children"].tolist() == [2, 1]
    inner = nodes[nodes["depth"] == 2]
    assert inner["label"].tolist() == ["1", "2", "1"]
    assert nodes.loc[inner["parent"], "label"].tolist() == ["a", "a", "b"]
    assert not nodes["is_rest"].any()


def test_rows_of_the_nodes_add_up_at_every_depth():
    pupils = pd.read_csv(DATA / "classroom.csv")
    tree = nesting_tree(pupils, ["schoolid", "classid"], most=10)
    nodes = tree.nodes
    assert (tree.n_shown, tree.n_groups) == (10, 107)
    assert nodes.loc[nodes["depth"] == 1, "n"].sum() == 1190
    shown = nodes[(nodes["depth"] == 1) & ~nodes["is_rest"]]
    inner = nodes[nodes["depth"] == 2].groupby("parent")
    assert inner["n"].sum().sort_index().tolist() == shown.sort_values("id")["n"].tolist()
    assert inner.size().sort_index().tolist() == shown.sort_values("id")["children"].tolist()
    rest = nodes[nodes["is_rest"]].iloc[0]
    assert rest["children"] == 97
    assert shown["n"].iloc[0] == 31  # the largest school comes first

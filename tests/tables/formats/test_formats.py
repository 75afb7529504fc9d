"""Each format by a small file written by hand, and published files where they are at hand."""

import os
from pathlib import Path

import numpy as np
import pytest

from entrepot.errors import DataError, UsageError
from entrepot.tables.formats import (
    Reading,
    Stated,
    located,
    read_attractions,
    read_located,
    read_stated,
)
from entrepot.tables.formats.pmed import shortest_paths

ORLIB = " 2 3 \n 40 100.\n 50 200.\n 10\n 1. 2.\n 20\n 3. 4.\n 30\n 5. 6.\n"
HOLMBERG = "2 3\n40 100\n50 200\n10 20 30\n1. 3. 5.\n2. 4. 6.\n\x00"
COSTS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def benchmarks() -> Path:
    root = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("ENTREPOT_BENCHMARKS", root.parent / "shared" / "benchmarks"))
    if not folder.is_dir():
        pytest.skip("The public instances are not at hand; ENTREPOT_BENCHMARKS names their folder.")
    return folder


def stated(tmp_path: Path, file_format: str, text: str, question: str = "cflp", **options: object) -> Stated:
    path = tmp_path / "file.txt"
    path.write_text(text, encoding="utf-8", newline="")
    return read_stated(path, file_format, question, Reading(**options))  # type: ignore[arg-type]


def findings(tmp_path: Path, file_format: str, text: str, question: str = "cflp") -> list[tuple[object, ...]]:
    with pytest.raises(DataError, match="error") as caught:
        stated(tmp_path, file_format, text, question)
    assert all(finding.file == "file.txt" and finding.remedy for finding in caught.value.findings)
    return [(finding.row, finding.column, finding.value) for finding in caught.value.findings]


def matrix(found: Stated) -> np.ndarray:
    customers, sites = np.arange(found.costs.n_customers), np.arange(found.costs.n_sites)
    return found.costs.between(customers[:, None], sites)


@pytest.mark.parametrize(("file_format", "text"), [("orlib", ORLIB), ("holmberg", HOLMBERG)])
def test_orlib_and_holmberg_files_state_costs_of_the_whole_demand(
    tmp_path: Path, file_format: str, text: str
) -> None:
    found = stated(tmp_path, file_format, text)
    np.testing.assert_array_equal(matrix(found), COSTS)
    assert found.fixed_cost.tolist() == [100.0, 200.0]
    assert found.capacity.tolist() == [40.0, 50.0]
    assert found.demand.tolist() == [10.0, 20.0, 30.0]


def test_unit_costs_of_tbed1_are_multiplied_by_the_demand(tmp_path: Path) -> None:
    text = "2 3\n\n10 20 30\n\n40 50\n\n100 200\n\n1 3 5\n\n2 4 6\n"
    found = stated(tmp_path, "tbed1", text)
    np.testing.assert_array_equal(matrix(found), COSTS * np.array([[10.0], [20.0], [30.0]]))
    assert (found.capacity.tolist(), found.fixed_cost.tolist()) == ([40.0, 50.0], [100.0, 200.0])


def test_a_placeholder_for_the_capacity_needs_the_option(tmp_path: Path) -> None:
    text = ORLIB.replace(" 40 ", " capacity ").replace(" 50 ", " capacity ")
    assert findings(tmp_path, "orlib", text) == [(2, "capacity of site 1", "capacity")]
    path = tmp_path / "file.txt"
    problem = read_located(path, "orlib", "cflp", Reading(capacity=45.0))
    assert problem.capacity.tolist() == [45.0, 45.0]
    assert not read_located(path, "orlib", "ufl", Reading()).is_capacitated


def test_ufllib_files_list_costs_by_site(tmp_path: Path) -> None:
    found = stated(tmp_path, "ufllib", "FILE: toy\n2 3 0\n1 100 1 3 5\n2 200 2 4 6\n", "ufl")
    np.testing.assert_array_equal(matrix(found), COSTS)
    assert (found.name, found.fixed_cost.tolist()) == ("toy", [100.0, 200.0])
    assert findings(tmp_path, "ufllib", "2 3 0\n1 100 1 3 5\n7 200 2 4 6\n", "ufl") == [
        (3, "number of site 2", "7")
    ]


def test_of_a_repeated_edge_the_last_one_counts(tmp_path: Path) -> None:
    found = stated(tmp_path, "pmed", "3 4 1\n1 2 9\n2 3 5\n2 1 4\n1 3 20\n", "p-median")
    np.testing.assert_array_equal(matrix(found), [[0, 4, 9], [4, 0, 5], [9, 5, 0]])
    assert found.n_open == 1


def test_shortest_paths_equal_those_of_floyd_and_warshall() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        n_nodes, n_edges = int(rng.integers(2, 9)), int(rng.integers(1, 25))
        edges = np.column_stack([rng.integers(1, n_nodes + 1, (n_edges, 2)), rng.integers(0, 9, n_edges)])
        expected = np.full((n_nodes, n_nodes), np.inf)
        for tail, head, length in edges:
            expected[tail - 1, head - 1] = expected[head - 1, tail - 1] = length
        np.fill_diagonal(expected, 0.0)
        for via in range(n_nodes):
            expected = np.minimum(expected, expected[:, [via]] + expected[[via], :])
        np.testing.assert_array_equal(shortest_paths(n_nodes, edges.astype(float)), expected)


def test_a_graph_in_two_parts_is_an_error(tmp_path: Path) -> None:
    assert findings(tmp_path, "pmed", "3 1 1\n1 2 9\n", "p-median") == [(1, "number of nodes", "3")]
    assert findings(tmp_path, "pmed", "2 2 1\n1 2 9\n1 5 9\n", "p-median") == [
        (3, "second node of edge 2", "5")
    ]


@pytest.mark.parametrize(("rounding", "length"), [("none", 2.5), ("down", 2.0), ("nearest", 3.0)])
def test_distances_between_points_are_rounded_as_asked(tmp_path: Path, rounding: str, length: float) -> None:
    text = "NAME : two\nDIMENSION : 2\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 1.5 2.0\nEOF\n"
    found = stated(tmp_path, "tsplib", text, "p-median", rounding=rounding)
    np.testing.assert_array_equal(matrix(found), [[0.0, length], [length, 0.0]])
    assert found.name == "two"


def test_what_is_wrong_with_points_is_said(tmp_path: Path) -> None:
    text = "DIMENSION: 4\nEDGE_WEIGHT_TYPE: GEO\nNODE_COORD_SECTION\n1 0 0\n2 x 1\n3 1\n4 1 1\n"
    assert findings(tmp_path, "tsplib", text, "p-median") == [
        (2, "EDGE_WEIGHT_TYPE", "GEO"),
        (5, "NODE_COORD_SECTION", "2 x 1"),
        (6, "NODE_COORD_SECTION", "3 1"),
    ]


def test_attractions_are_scaled_by_customer_and_parts_are_told_apart(tmp_path: Path) -> None:
    block = "2 2 1\n1 3\n-4 -8\n-1 -2\n-3 -1\n"
    path = tmp_path / "file.txt"
    path.write_text(block + block.replace("-4", "-6"), encoding="utf-8")
    found = read_attractions(path, "hm14", Reading(beta=2.0, alpha=0.5))
    own, rival = np.exp(2.0 * np.array([[-1.0, -3.0], [-2.0, -1.0]])), np.exp(np.array([-4.0, -8.0]))
    np.testing.assert_allclose(found.own / found.own[:, :1], own / own[:, :1])
    np.testing.assert_allclose(found.rival / found.own[:, 0], rival / own[:, 0])
    assert found.weight.tolist() == [1.0, 3.0]
    second = read_attractions(path, "hm14", Reading(beta=2.0, alpha=0.5, part=2))
    np.testing.assert_allclose(second.rival[0] / second.own[0, 0], np.exp(-6.0 + 2.0))
    with pytest.raises(UsageError, match="holds 2 instances; there is no part 3"):
        read_attractions(path, "hm14", Reading(part=3))


def test_a_table_of_costs_may_state_demand_fixed_costs_and_capacities(tmp_path: Path) -> None:
    text = "town;demand;Lyon;Bonn\nFixed cost;;100;200\ncapacity;;40,5;\nParis;10;1;2\n"
    text += "Rome;20;3;4\nOslo;30;5;6,5\n"
    found = stated(tmp_path, "csv-costs", text)
    np.testing.assert_array_equal(matrix(found), [[1, 2], [3, 4], [5, 6.5]])
    assert found.capacity.tolist() == [40.5, np.inf]
    assert found.fixed_cost.tolist() == [100.0, 200.0]
    assert (found.site_names, found.customer_names) == (("Lyon", "Bonn"), ("Paris", "Rome", "Oslo"))


def test_a_table_of_points_tells_customers_from_sites(tmp_path: Path) -> None:
    text = "name,x,y,demand,fixed cost,role\nA,0,0,2,,customer\nB,3,4,,7,site\nC,0,1,5,9,both\n"
    found = stated(tmp_path, "csv-points", text, "ufl")
    np.testing.assert_allclose(matrix(found), [[10.0, 2.0], [5 * np.sqrt(18.0), 0.0]])
    assert found.fixed_cost.tolist() == [7.0, 9.0]
    assert (found.customer_names, found.site_names) == (("A", "C"), ("B", "C"))
    np.testing.assert_allclose(found.distances.between(np.array([0]), np.array([0, 1])), [5.0, 1.0])


@pytest.mark.parametrize(
    ("file_format", "text", "expected"),
    [
        ("orlib", "two 3\n", [(1, "number of sites", "two")]),
        ("orlib", "", [(1, "number of sites", "")]),
        ("orlib", ORLIB.replace("4.", "four").replace("30", "-30"),
         [(7, "cost of customer 2 from site 2", "four"), (8, "demand of customer 3", "-30")]),
        ("orlib", ORLIB + "7", [(10, "", "7")]),
        ("orlib", ORLIB.replace(" 5. 6.", " 5."), [(9, "cost of customer 3 from site 2", "")]),
        ("holmberg", HOLMBERG.replace("40 100", "-40 nan"),
         [(2, "capacity of site 1", "-40"), (2, "fixed cost of site 1", "nan")]),
        ("csv-costs", "t,a,a\nx,1,2\n", [(1, "a", "a")]),
        ("csv-costs", "t,a,b\nx,1\ny,1,2,3\nz,q,4\n", [(3, "", "3")]),
        ("csv-costs", "t,a,b\nx,1\nz,q,4\n", [(2, "b", ""), (3, "a", "q")]),
        ("csv-costs", "t\n", [(None, "", "")]),
        ("csv-costs", 't,a\n"x,1\n', [(2, "", "")]),
        ("csv-points", "nam,x\nA,1\n", [(1, "nam", "nam"), (1, "y", "")]),
        ("csv-points", "x,y,demand,role\n1,,-2,shop\n",
         [(2, "role", "shop"), (2, "y", ""), (2, "demand", "-2")]),
    ],
)  # fmt: skip
def test_every_error_is_found_at_its_place(
    tmp_path: Path, file_format: str, text: str, expected: list[tuple[object, ...]]
) -> None:
    assert findings(tmp_path, file_format, text) == expected


def test_a_file_that_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "cap.txt"
    path.write_bytes(bytes(1000))
    with pytest.raises(DataError, match="not a text file"):
        read_stated(path, "orlib", "ufl", Reading())
    with pytest.raises(DataError, match="not a text file"):
        read_stated(path, "csv-costs", "ufl", Reading())


def test_wrong_calls_are_told_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("x,y\n0,0\n1,1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="Did you mean 'orlib'"):
        read_stated(path, "or-lib", "ufl", Reading())
    with pytest.raises(UsageError, match="There is no file"):
        read_stated(tmp_path / "missing", "orlib", "ufl", Reading())
    with pytest.raises(UsageError, match="cannot answer max-capture"):
        read_stated(path, "csv-points", "max-capture", Reading())
    with pytest.raises(UsageError, match="give --p"):
        read_located(path, "csv-points", "p-median", Reading())
    with pytest.raises(UsageError, match="give --capacity"):
        read_located(path, "csv-points", "cflp", Reading())
    with pytest.raises(UsageError, match="ask for max-capture"):
        read_stated(path, "hm14", "max-capture", Reading())


def test_published_optima_are_reached_by_published_plans() -> None:
    """`.opt` files of UflLib list the site of each customer and the cost of the plan."""
    folder = benchmarks() / "orlib-uncap"
    for opt in sorted(folder.glob("*.opt")):
        *sites, value = opt.read_text(encoding="utf-8").split()
        problem = read_located(folder / opt.name.split("__")[1][:-4], "orlib", "ufl", Reading())
        site = np.array(sites, dtype=int)
        cost = (
            problem.costs.between(np.arange(len(site)), site).sum()
            + problem.fixed_cost[np.unique(site)].sum()
        )
        assert cost == pytest.approx(float(value), rel=1e-7)


def test_a_count_comes_from_the_file_unless_it_is_given(tmp_path: Path) -> None:
    found = stated(tmp_path, "pmed", "3 2 1\n1 2 9\n2 3 5\n", "p-median")
    assert located(found, "p-median", Reading()).n_open == 1
    assert located(found, "p-median", Reading(n_open=2)).n_open == 2

from entrepot.terms.ledger import KINDS, LINES, PARCEL_LINES


def test_every_line_has_one_kind():
    assert len(set(LINES)) == len(LINES) == len(KINDS)
    assert set(KINDS) == {"income", "cost", "goods"}


def test_only_the_goods_are_a_cost_that_no_network_changes():
    assert [line for line, kind in zip(LINES, KINDS, strict=True) if kind == "goods"] == ["goods"]


def test_parcel_lines_end_with_carbon():
    assert PARCEL_LINES[0] == "revenue"
    assert PARCEL_LINES[-1] == "carbon"
    assert len(PARCEL_LINES) == 18

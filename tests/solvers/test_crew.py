import threading

import pytest

from entrepot.solvers.crew import Crew


def squares(first, last):
    return [i * i for i in range(first, last)]


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 10, 11])
def test_blocks_cover_all_items_once_and_in_order_for_any_number_of_threads(threads, count):
    parts = Crew(threads).work(squares, count, 3)
    assert [value for part in parts for value in part] == squares(0, count)
    assert all(len(part) == 3 for part in parts[:-1])


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_only_the_first_blocks_are_worked_on_where_it_is_over(threads):
    asked = []

    def after_two():
        asked.append(threading.current_thread())
        return len(asked) > 2

    parts = Crew(threads, after_two).work(squares, 100, 3)
    assert len(parts) == min(34, 2 * threads)
    assert [value for part in parts for value in part] == squares(0, min(100, 3 * len(parts)))
    assert set(asked) == {threading.main_thread()}


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_in_a_block_reaches_the_caller(threads):
    with pytest.raises(ZeroDivisionError, match="zero"):
        Crew(threads).work(lambda first, last: 1 // (last - 6), 9, 3)

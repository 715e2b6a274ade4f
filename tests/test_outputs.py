"""What a cell has shown stands when it has ended, and what no kernel sends is left out."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from nbformat import from_dict
from nbformat.v4 import new_code_cell

from vgcourse.grading.notebook import plain_tests
from vgcourse.grading.notebook.outputs import SettledOutputs, is_sound


def message(kind, **content):
    return {"msg_type": kind, "content": content}


@pytest.mark.parametrize(
    "odd",
    [
        message("stream", text="no name"),
        message("stream", name="stdout", text=["a", "list"]),
        message("display_data", data="a text", metadata={}),
        message("display_data", data={"text/plain": 5}, metadata={}),
        message("display_data", data={}, metadata=[]),
        message("execute_result", data={}, metadata={}, execution_count="many"),
        message("error", ename="E", evalue="", traceback="one line"),
        message("error", ename=None, evalue="", traceback=[]),
        message("status", transient=[]),
        {"msg_type": "stream", "content": 5},
        {"msg_type": None, "content": {}},
    ],
    ids=str,
)
def test_a_message_that_no_kernel_sends_is_not_sound(odd):
    assert not is_sound(odd)


@pytest.mark.parametrize(
    "plain",
    [
        message("stream", name="stderr", text="a warning"),
        message("display_data", data={"text/plain": ["two", "lines"], "x/json": {"a": 1}}, metadata={}, transient={}),
        message("execute_result", data={"text/plain": "1"}, metadata={}, execution_count=3),
        message("status", execution_state="idle"),
        message("comm_open", data={}),
    ],
    ids=str,
)
def test_what_a_kernel_sends_is_sound(plain):
    assert is_sound(plain)


@pytest.mark.parametrize("said", ["nan", "inf", "-1", "2.5", "1e9", ""])
def test_an_own_test_gives_no_more_than_its_points(said):
    cell = new_code_cell("2.5", metadata={"nbgrader": {"points": 2}})
    data = {"text/plain": said}
    cell.outputs = [{"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}]
    cell = from_dict(cell)
    plain_tests.settle(cell)
    assert cell.outputs[0].output_type == "error" and "between 0 and 2" in cell.outputs[0].evalue


def test_partial_credit_within_the_points_stays():
    cell = from_dict(new_code_cell("1.5", metadata={"nbgrader": {"points": 2}}))
    cell.outputs = [from_dict({"output_type": "execute_result", "data": {"text/plain": "1.5"}, "metadata": {}})]
    plain_tests.settle(cell)
    assert len(cell.outputs) == 1


def test_a_client_that_was_let_go_is_asked_no_more_and_says_nothing():
    class LetGo:
        async def _async_poll_kernel_alive(self):
            raise AssertionError("nbclient: no client")

    class Client(SettledOutputs, LetGo):
        pass

    # In a thread of its own: in this one the loop of a browser's test may still be running.
    with ThreadPoolExecutor(1) as other:
        other.submit(lambda: asyncio.run(Client()._async_poll_kernel_alive())).result()

"""What a cell puts out, as the grader keeps it: of a sound form, for good once the cell has ended, never a widget.

A kernel is the student's. It may send messages that no kernel sends, take outputs of an earlier cell back, or have a
widget catch them. `SettledOutputs` goes over nbclient's client (its private names stand here, as of nbclient 0.10).
"""

import contextlib
from typing import Any

from nbclient.exceptions import CellControlSignal
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg

from vgcourse.course.checks import observation

_SHOWN = ("display_data", "execute_result", "update_display_data")


class SettledOutputs:
    """A client's half: which messages become outputs.

    What a cell has shown stands when it has ended: no display id of it is known afterwards. In a check's cell
    (``observing``) observations and errors count, and nothing takes them back. No state of widgets is kept.
    ``odd_messages`` counts what no kernel sends and was left out.
    """

    observing = False
    odd_messages = 0

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        """Take one message of the kernel; see nbclient."""
        if not is_sound(msg):
            self.odd_messages += 1
            return None
        if self.observing and msg["msg_type"] not in ("status", "execute_input"):
            return _observe(msg, cell)
        try:
            return super().process_message(msg, cell, cell_index)
        except CellControlSignal:
            raise
        except Exception:  # the student's kernel may say anything
            self.odd_messages += 1
            return None

    def handle_comm_msg(self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int) -> None:
        """A graded copy keeps no state of widgets, and no widget catches outputs."""

    async def _async_poll_kernel_alive(self) -> None:
        """Watch whether the kernel lives; where the client was let go meanwhile, nbclient would print a traceback."""
        with contextlib.suppress(AssertionError):
            await super()._async_poll_kernel_alive()

    def settle_outputs(self) -> None:
        """A cell has ended: forget the names by which its outputs could be changed."""
        self._display_id_map = {}
        self.output_hook_stack.clear()
        self.clear_before_next_output = False


def is_sound(msg: dict[str, Any]) -> bool:
    """Whether a message has the form that the protocol gives to its type: what a notebook can hold."""
    content, kind = msg.get("content"), msg.get("msg_type")
    if not isinstance(content, dict) or not isinstance(kind, str):
        return False
    if not _is_count(content.get("execution_count")) or not isinstance(content.get("transient"), _DICT):
        return False
    if kind == "stream":
        return content.get("name") in ("stdout", "stderr") and isinstance(content.get("text"), str)
    if kind in _SHOWN:
        return _is_bundle(content.get("data")) and _is_words(content.get("metadata", {}))
    if kind == "error":
        lines = content.get("traceback")
        texts = [content.get("ename"), content.get("evalue"), *(lines if isinstance(lines, list) else [None])]
        return all(isinstance(text, str) for text in texts)
    return True


_DICT = dict | None


def _is_count(count: Any) -> bool:
    return count is None or (isinstance(count, int) and count >= 0)


def _is_words(data: Any) -> bool:
    return isinstance(data, dict) and all(isinstance(key, str) for key in data)


def _is_bundle(data: Any) -> bool:
    """Texts (or lists of texts) by MIME type; anything where the type is JSON."""
    return _is_words(data) and all(_is_text(value) or kind.endswith("json") for kind, value in data.items())


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def _observe(msg: dict[str, Any], cell: NotebookNode) -> None:
    """In a check's cell, whose outputs the verdict will replace: keep what the judge needs."""
    shown = msg["msg_type"] in ("display_data", "execute_result") and observation.MIME in msg["content"]["data"]
    if shown or msg["msg_type"] == "error":
        cell.outputs.append(output_from_msg(msg))

"""A folder in which a submission has written is removed, however deep and closed, and nothing beside it."""

import os
import sys

import pytest

from vgcourse.grading.confinement.files import remove_all

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders, links and rights as on Unix")
DEEP = sys.getrecursionlimit() + 500


@pytest.fixture
def folder(tmp_path):
    """Deeper than a program calls itself, longer than a path may be, closed, with links that lead out."""
    made = tmp_path / "made"
    (made / "closed" / "inside").mkdir(parents=True)
    (made / "closed" / "inside" / "file").touch()
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "kept").touch()
    for place in (made, made / "closed"):
        (place / "link").symlink_to(tmp_path / "beside")
    os.mkfifo(made / "pipe")
    here = os.open(made, os.O_RDONLY)
    for _ in range(DEEP):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    for place in (made / "closed" / "inside", made / "closed", made):
        place.chmod(0)
    return made


def test_all_of_it_goes_and_nothing_else(folder):
    remove_all(str(folder))
    assert [path.name for path in folder.parent.iterdir()] == ["beside"]
    assert [path.name for path in (folder.parent / "beside").iterdir()] == ["kept"]


def test_a_link_in_the_place_of_the_folder_is_not_followed(folder):
    link = folder.parent / "link"
    link.symlink_to(folder.parent / "beside")
    remove_all(str(link))
    assert (folder.parent / "beside" / "kept").exists()
    remove_all(str(folder))

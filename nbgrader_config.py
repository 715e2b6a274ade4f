"""nbgrader's settings for this course: `nbgrader …`, the formgrader and `vgcourse grade` all read them."""

import os
import sys
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, Execute, SaveAutoGrades

from vgcourse.course.authoring import build
from vgcourse.course.checks import registry
from vgcourse.grading.kept_files import FOLDER
from vgcourse.grading.notebook.execute import JudgedExecute
from vgcourse.grading.notebook.withheld import SaveGrades
from vgcourse.grading.pages.feedback import feedback_config
from vgcourse.grading.people.nbgraders_step import CourseLatePenalties

c = get_config()  # noqa: F821
c.merge(build.release_config())

# nbgrader makes its database with the command `alembic`, which lies beside this Python, activated or not.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "vgcourse"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"

# Our Execute judges in the grader's process; what it could not judge waits for a person; lateness is class.toml's.
# A notebook's form is validated once and not after every step, and the cells' metadata before they run: running them
# does not change it.
OURS = {Execute: JudgedExecute, SaveAutoGrades: SaveGrades, AssignLatePenalties: CourseLatePenalties}
c.Autograde.autograde_preprocessors = [
    OURS.get(step, step) for step in Autograde().autograde_preprocessors if step is not CheckCellMetadata
]
c.NotebookExporter.optimistic_validation = True
c.CourseLatePenalties.course = c.CourseDirectory.root
registry.register(Path(c.CourseDirectory.root))
build.solve_what_is_missing(Path(c.CourseDirectory.root))
c.JudgedExecute.timeout = 120
c.JudgedExecute.isolated = True
c.JudgedExecute.seed_file = str(Path(c.CourseDirectory.root) / FOLDER / "secret")

# Feedback pages, and answers in the formgrader: sanitised, offline, without hidden tests.
c.merge(feedback_config())

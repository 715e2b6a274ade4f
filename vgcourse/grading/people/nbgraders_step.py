"""nbgrader's step for late penalties, by `class.toml`: for `nbgrader autograde` and the formgrader's button."""

from pathlib import Path

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import Unicode

from vgcourse.course.lesson import lessons
from vgcourse.grading.people.lateness import settle
from vgcourse.grading.people.policy import read_policy


class CourseLatePenalties(AssignLatePenalties):
    """AssignLatePenalties, which also knows extensions, late days and the course's policy."""

    course = Unicode("", help="The folder of the course, where class.toml lies.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        nb, resources = super().preprocess(nb, resources)
        own, root = resources["nbgrader"], Path(self.course)
        policy = read_policy(root, [lesson.id for lesson in lessons(root)])
        if policy.exists:
            with Gradebook(own["db_url"]) as book:
                penalty = self.plugin_inst.late_submission_penalty
                settle(book, policy, penalty, own["assignment"], only=own["student"])
        return nb, resources

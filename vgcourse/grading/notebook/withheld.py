"""A verdict that a check could not give: the points wait for a person, as those of a written answer do."""

from nbformat import NotebookNode
from nbgrader.preprocessors import SaveAutoGrades

from vgcourse.grading.notebook.execute import kept_verdict


class SaveGrades(SaveAutoGrades):
    """nbgrader's step that enters the points; where a check itself failed it enters none, and asks for a reading."""

    def _add_score(self, cell: NotebookNode, resources: dict) -> None:
        super()._add_score(cell, resources)
        verdict = kept_verdict(cell)
        if verdict is None or not verdict.is_withheld:
            return
        names = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(cell.metadata.nbgrader.grade_id, *names)
        grade.auto_score, grade.needs_manual_grade = None, True
        self.gradebook.db.commit()

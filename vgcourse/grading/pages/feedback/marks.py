"""What the gradebook says of each cell: points, by whom, and whether somebody still has to read it."""

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import GetGrades


class GetMarks(GetGrades):
    """nbgrader's GetGrades, which also notes how a mark came about."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        nb, resources = super().preprocess(nb, resources)
        resources["nbgrader"]["score"] = max(0.0, round(resources["nbgrader"]["score"], 2))
        with self.gradebook:
            student = self.gradebook.find_student(self.student_id)
            resources["nbgrader"]["name"] = " ".join(filter(None, (student.first_name, student.last_name)))
        return nb, resources

    def _get_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        cell.metadata.nbgrader["waiting"] = bool(grade.needs_manual_grade)
        cell.metadata.nbgrader["by_hand"] = grade.manual_score is not None
        cell.metadata.nbgrader["extra_credit"] = grade.extra_credit or 0

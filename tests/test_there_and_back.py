"""There and back again: from a platform's download to the file that it imports, each mark in its student's row.

The downloads and files have the forms that Canvas and Moodle give them, in several languages.
"""

import csv
import zipfile

import pytest
from graded_class import LESSON, GradedClass, copy_course

from vgcourse.errors import CourseError
from vgcourse.grading.export import export_marks
from vgcourse.grading.export.moodle_columns import find_columns, number_of
from vgcourse.grading.intake import archives

PEOPLE = {"81234": "Ada Lovelace", "81235": "Ben de l'Étoile", "81236": "Cho 赵", "81237": "Dia Doe"}
# Moodle's worksheet in the words of its language packs: what precedes the number, and the head.
WORKSHEETS = {
    "en": ("Participant ", "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
           "Last modified (submission),Feedback comments"),
    "de": ("Teilnehmer/in ", "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,"
           "Bewertung kann geändert werden,Zuletzt geändert (Abgabe),Feedback als Kommentar"),
    "fr": ("Participant ", "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,"
           "La note peut être modifiée,Dernière modification (travail remis),Feedback par commentaires"),
    "es": ("Participante ", "Identificador,Nombre completo,Dirección de correo,Estado,Calificación,"
           "Calificación máxima,La calificación puede ser cambiada,Última modificación (entrega),"
           "Comentarios de retroalimentación"),
    "zh": ("参与者 ", "编号,全名,电子邮件地址,状态,成绩,最高分,可以改变成绩,最后修改 (提交),反馈评论"),
    "unknown": ("Osallistuja ", "Tunniste,Koko nimi,Sähköposti,Tila,Arvosana,Enimmäispisteet,Voi muuttaa,"
                "Muokattu,Muuta"),
}  # fmt: skip


def worksheet(language, people=PEOPLE):
    prefix, head = WORKSHEETS[language]
    rows = [f'{prefix}{id},"{name}",,-,,12.00,Yes,-,' for id, name in people.items()]
    return "\ufeff" + "\n".join([head, *rows]) + "\n"


def download(path, names, data="{}"):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, data)
    return path


@pytest.fixture(scope="module")
def room(root, tmp_path_factory):
    """A course of which everybody's hand-in has been sorted in from Moodle and graded."""
    made = GradedClass(copy_course(root, tmp_path_factory.mktemp("course")))
    names = [f"{name}_{id}_assignsubmission_file_/circles.ipynb" for id, name in PEOPLE.items()]
    handed, notes = archives.collect(
        download(made.classroom.root / "all.zip", names), made.classroom.submitted, LESSON
    )
    assert notes == [] and {one.lms_id for one in handed} == set(PEOPLE)
    made.classroom.book.enter_platform_ids({one.student: one.lms_id for one in handed})
    for number, one in enumerate(sorted(handed, key=lambda one: one.lms_id)):
        wrong = ("sigmoid", "ten-slopes", "backward-pass")[:number]
        made.add(one.student, wrong=wrong)
    return made


SCORES = {"81234": "10", "81235": "9", "81236": "8", "81237": "6"}


def written(room, tmp_path, kind, roster, **settings):
    (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
    out = tmp_path / "out.csv"
    said = export_marks(room.classroom, [room.lesson], kind, out, roster=tmp_path / "roster.csv", **settings)
    return list(csv.reader(out.open(encoding="utf-8", newline=""))), said


@pytest.mark.parametrize("language", WORKSHEETS)
def test_every_mark_is_in_the_row_of_its_student_in_any_language(room, tmp_path, language):
    rows, said = written(room, tmp_path, "moodle", worksheet(language))
    assert rows[0][0] == WORKSHEETS[language][1].split(",")[0], "the head stays as Moodle wrote it"
    assert {number_of(row[0]): row[4] for row in rows[1:]} == SCORES
    assert not any("Not in" in line for line in said)
    if language != "unknown":
        assert "sigmoid" in rows[2][8], "the sentence of a missed check goes along"


def test_canvas_finds_them_by_its_own_id_alone(room, tmp_path):
    roster = "Student,ID,SIS Login ID,Section,Lesson 1 (7)\n    Points Possible,,,,12\n" + "".join(
        f'"Other, Name",{id},x{id},A,5\n' for id in [*PEOPLE, "99"]
    )
    rows, _ = written(room, tmp_path, "canvas", roster)
    assert {row[1]: row[4] for row in rows[2:]} == SCORES, "nobody without a mark has a row"


def test_more_than_a_few_strangers_are_an_error_with_names(room, tmp_path):
    few = {id: name for id, name in PEOPLE.items() if id in ("81234", "81235")}
    with pytest.raises(CourseError, match=r"2 of 4 students with a mark are not in roster.csv: Cho 赵_81236, Dia"):
        written(room, tmp_path, "moodle", worksheet("de", few))
    assert not (tmp_path / "out.csv").exists()


def test_several_lessons_keep_what_canvas_has_where_there_is_no_mark(room, tmp_path):
    from vgcourse.grading.class_run.class_table import standings
    from vgcourse.grading.export.canvas import canvas_table

    (tmp_path / "r.csv").write_text("Student,ID,01_circles (7),02_depth (8)\nA,81234,1,7\n", encoding="utf-8")
    found = [one for one in standings(room.classroom, room.lesson) if one.lms_id == "81234"]
    marks = {LESSON: found, "02_depth": []}
    rows, _ = canvas_table(marks, tmp_path / "r.csv", "")
    assert rows[2] == ["A", "81234", "10", "7"]
    with pytest.raises(CourseError, match="one lesson at a time"):
        canvas_table(marks, None, "")


CLAIMED = "Ben_9_assignsubmission_file_/c.ipynb"  # a folder that a student made, with another's name


@pytest.mark.parametrize(
    ("name", "file", "late"),
    [
        ("lovelaceada_81234_555_circles.ipynb", "circles.ipynb", False),
        ("lovelaceada_LATE_81234_555_circles-3.ipynb", "circles.ipynb", True),
        ("lovelaceada_81234_text.html", "text.html", False),
        ("Ada Lovelace_81234_assignsubmission_file_/sub/circles.ipynb", "sub/circles.ipynb", False),
        ("Ada Lovelace_81234_assignsubmission_file/circles.ipynb", "circles.ipynb", False),
        ("Ada Lovelace_81234_assignsubmission_file_circles.ipynb", "circles.ipynb", False),
        ("Group A-Ada Lovelace_81234_assignsubmission_file_/circles.ipynb", "circles.ipynb", False),
        ("Participant_81234_assignsubmission_file_/circles.ipynb", "circles.ipynb", False),
        ("Ada Lovelace_81234_assignsubmission_onlinetext_/onlinetext.html", "onlinetext.html", False),
        ("packed again/Ada Lovelace_81234_assignsubmission_file_/sub/circles.ipynb", "sub/circles.ipynb", False),
        ("a/b/lovelaceada_81234_555_circles.ipynb", "circles.ipynb", False),
        ("Ada Lovelace_81234_assignsubmission_file_/Ben_9_assignsubmission_file_/c.ipynb", CLAIMED, False),
    ],
)
def test_every_form_of_a_name_is_known(tmp_path, name, file, late):
    (one,), notes = archives.collect(download(tmp_path / "a.zip", [name]), tmp_path / "submitted", LESSON)
    assert (one.lms_id, one.late, notes) == ("81234", late, [])
    assert (one.folder / file).is_file()
    assert bool(one.notes) == file.endswith(".html")


@pytest.mark.parametrize(
    "names",
    [
        ["ada.ipynb", "ben.ipynb"],
        ["ada/01_circles/circles.ipynb"],
        ["Lesson1_ada1_attempt_2026-05-04-10-00-00_circles.ipynb"],
        ["Ada Lovelace_81234_assignsubmission_comments_/Ben_9_assignsubmission_file_/circles.ipynb"],
    ],
)
def test_a_download_of_which_nobody_is_known_is_refused_with_what_to_do(tmp_path, names):
    path = download(tmp_path / "a.zip", names)
    with pytest.raises(CourseError, match=f"no file in it bears .* put what was .* submitted/NAME/{LESSON}"):
        archives.collect(path, tmp_path / "submitted", LESSON)


def test_whom_the_gradebook_knows_by_the_platforms_id_is_filed_under_the_own_name(tmp_path):
    path = download(tmp_path / "a.zip", ["lovelaceada_81234_555_circles.ipynb"])
    (one,), _ = archives.collect(path, tmp_path / "submitted", LESSON, {"81234": "ada"})
    assert one.student == "ada" and (tmp_path / "submitted" / "ada" / LESSON / "circles.ipynb").is_file()


def in_moodle(*people):
    return [f"{name}_{id}_assignsubmission_file_/circles.ipynb" for name, id in people]


def test_moodles_new_numbers_for_each_assignment_make_no_new_students(tmp_path):
    known = {"81234": "Ada Lovelace_81234", "81235": "Ben Bear_81235", "81236": "Ben Bear_81236", "81237": "cho"}
    names = in_moodle(("Ada Lovelace", 9), ("Ben Bear", 8), ("Dia Doe", 7), ("Participant", 6))
    names += in_moodle(("王小明", 4), ("参与者", 3))
    known |= {"81240": "王小明_81240", "81241": "参与者_81241"}
    known |= {"81238": "Participant_81238", "81239": "Dia Doe_81239"}
    handed, _ = archives.collect(
        download(tmp_path / "a.zip", [*names, *in_moodle(("Dia Doe", 5))]), tmp_path / "submitted", LESSON, known
    )
    assert {one.lms_id: one.student for one in handed} == {
        "9": "Ada Lovelace_81234", "8": "Ben Bear_8", "7": "Dia Doe_7", "6": "Participant_6", "5": "Dia Doe_5",
        "4": "王小明_81240", "3": "参与者_3",
    }  # fmt: skip


def test_a_worksheet_of_an_earlier_assignment_finds_them_by_their_names(room, tmp_path):
    rows, said = written(room, tmp_path, "moodle", worksheet("de", {f"9{id}": name for id, name in PEOPLE.items()}))
    assert {number_of(row[0])[1:]: row[4] for row in rows[1:]} == SCORES
    assert not any("Not in" in line for line in said)


def test_a_table_of_something_else_is_no_worksheet():
    assert find_columns([["a", "b"], ["1", "2"]]) is None
    assert find_columns([["Student", "ID", "Grade"], ["Ada", "1", "2"]]).identifier == 1

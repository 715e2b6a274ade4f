"""However a platform or a spreadsheet wrote a roster, each mark is in its student's row and in its own column.

Draws separators, quotation marks, line ends, encodings, what Excel puts on top, languages and older marks; thousands:
``python -m tests.test_rosters 5000``.
"""

import csv
import io
import random
import sys
import tempfile
from pathlib import Path

from vgcourse.grading.class_run.class_table import Standing
from vgcourse.grading.export.canvas import canvas_table
from vgcourse.grading.export.moodle import moodle_table
from vgcourse.grading.export.moodle_columns import number_of

LESSON = "01_circles"
MARKS = {"81234": 9.5, "81235": 10, "81236": 0, "81237": 7.25, "81238": 3}
PEOPLE = (
    ("Ada", "Lovelace", "81234"), ("Ben", "de l'Étoile", "81235"), ("Cho", "赵", "81236"),
    ("Dia", 'O"Neil, Jr.', "81237"), ("Évá", "Müller;Groß", "81238"),
)  # fmt: skip
TITLES = (
    "Lesson 1 (7)",
    "01_circles (7)",
    "Circles (7)",
    'Lesson 1: "Circles" (7)',
    "LESSON 01 (1234567)",
    "Circles",
)
ODD_TITLES = ("Week 1, circles; a, b, c (7)", "A, b, c, d, e, f, g (9)")  # to be named
# Moodle's heads: up to the grade, the grade, and on; the last five in words that the export does not know.
WORKSHEETS = {
    "Participant ": "Identifier|Full name|Email address|Status|Grade|Maximum grade|Grade can be changed|"
    "Last modified (submission)|Last modified (grade)|Feedback comments",
    "Teilnehmer/in ": "ID|Vollständiger Name|E-Mail-Adresse|Status|Bewertung|Bestwertung|Bewertung kann geändert "
    "werden|Zuletzt geändert (Abgabe)|Zuletzt geändert (Bewertung)|Feedback als Kommentar",
    "Participante ": "Identificador|Nombre completo|Dirección de correo|Estado|Calificación|Calificación máxima|"
    "La calificación puede ser cambiada|Última modificación (entrega)|Última modificación (calificación)|Comentarios",
    "Uczestnik ": "Identyfikator|Pełna nazwa|Adres e-mail|Status|Ocena|Najwyższa ocena|Ocena może być zmieniona|"
    "Ostatnia modyfikacja (przesłanie)|Ostatnia modyfikacja (ocena)|Komentarze zwrotne",
    "Участник ": "Идентификатор|Полное имя|Электронная почта|Статус|Оценка|Максимальная оценка|Может быть изменена|"
    "Последнее изменение (ответ)|Последнее изменение (оценка)|Отзыв",
    "参加者 ": "番号|フルネーム|メールアドレス|ステータス|評点|最大評点|変更可能|"
    "更新 (提出)|更新 (評点)|コメント",
    "Účastník ": "Identifikátor|Celé jméno|E-mailová adresa|Stav|Známka|Nejvyšší známka|Známku lze změnit|"
    "Poslední změna (odevzdání)|Poslední změna (známka)|Komentáře",
    "مشارك ": "المعرّف|الاسم الكامل|البريد|الحالة|الدرجة|أعلى درجة|"
    "يمكن تغيير الدرجة|آخر تعديل (تسليم)|آخر تعديل (درجة)|التعليقات",
}  # fmt: skip


def canvas_rows(chance, title):
    point = chance.choice(".,")
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title, "Other, one (8)", "Final Score"]
    rows = [["", "", "", "", "", "Manual Posting", "", "(read only)"]] if chance.random() < 0.5 else []
    rows.append(["    Points Possible", "", "", "", "", f"12{point}00", f"5{point}00", "(read only)"])
    for first, last, id in PEOPLE:
        older = chance.choice(["", f"4{point}5"])
        rows.append([f"{last}, {first}", id, f"s{id}", f"x{id}", "A, B and C", older, f"1{point}5", ""])
    return [head, *rows, ["Student, Test", "99999", "", "", "A", "", "", ""]]


def moodle_rows(chance, prefix):
    head, point = WORKSHEETS[prefix].split("|"), chance.choice(".,")
    older = chance.choice(["", "-", f"12{point}00", f"9{point}50", None])  # the same for all, or each another
    rows = [head]
    for n, (first, last, id) in enumerate(PEOPLE if chance.random() < 0.7 else PEOPLE[:1]):
        mark = f"{n}{point}00" if older is None else older
        status = chance.choice(["-", "Submitted for grading, 3 days late"])
        when = "Monday, 4 May 2026, 11:59 PM"
        rows.append(
            [f"{prefix}{id}", f"{first} {last}", f"a{id}@x.org", status, mark, f"12{point}00", "Yes", when, "-", ""]
        )
    if chance.random() < 0.4:
        rows = [[*row[:3], *(("ID number", "Group") if row is head else ("s1", "A")), *row[3:]] for row in rows]
    return rows


def written(chance, rows) -> bytes:
    """The rows as some program writes them."""
    delimiter, out = chance.choice(",;\t"), io.StringIO()
    quoting, end = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)), chance.choice(("\r\n", "\n", "\r"))
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    on_top = chance.choice(("", "\ufeff", "\n", "\ufeff\r\n", f"sep={delimiter}\r\n"))
    below = chance.choice(("", "\n\n", f"{delimiter * 3}\n"))
    return f"{on_top}{out.getvalue()}{below}".encode(chance.choice(("utf-8",) * 4 + ("utf-16",)))


def problem(seed: int, path: Path) -> str:
    """What is wrong with what became of a drawn roster; empty where all is well."""
    chance = random.Random(seed)
    is_canvas, title = chance.random() < 0.5, chance.choice(TITLES + ODD_TITLES)
    prefix = chance.choice(list(WORKSHEETS))
    rows = canvas_rows(chance, title) if is_canvas else moodle_rows(chance, prefix)
    path.write_bytes(written(chance, rows))
    wanted = {id: mark for id, mark in MARKS.items() if is_canvas or any(row[0] == prefix + id for row in rows)}
    class_ = [
        Standing(f"{first} {last}_{id}", LESSON, float(MARKS[id]), 12.0, first_name=first, last_name=last, lms_id=id)
        for first, last, id in PEOPLE if id in wanted
    ]  # fmt: skip
    out, said = _filled(is_canvas, class_, path, title)
    column = out[0].index(title if is_canvas else WORKSHEETS[prefix].split("|")[4])
    identity = out[0].index("ID") if is_canvas else 0
    got = {number_of(row[identity]): row[column] for row in out[1:] if row[identity]}
    said = [line for line in said if "which this file replaces" not in line]
    wrong = got != {id: f"{mark:g}" for id, mark in wanted.items()}
    return f"{rows[0]}: {got}, {said}" if wrong or said else ""


def _filled(is_canvas, class_, path, title):
    if is_canvas:
        return canvas_table({LESSON: class_}, path, title if title in ODD_TITLES else "")
    return moodle_table({LESSON: class_}, path, "")


def test_every_mark_is_in_its_row_and_column_however_the_roster_was_written(tmp_path):
    problems = {seed: problem(seed, tmp_path / "roster.csv") for seed in range(400)}
    assert {seed: found for seed, found in problems.items() if found} == {}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for number in range(400, 400 + int(sys.argv[1])):
            if found := problem(number, Path(folder) / "roster.csv"):
                print(number, found)

"""What Moodle calls the columns of its offline grading worksheet, by language.

Moodle's importer looks for the labels of whoever uploads the file (mod/assign/feedback/offline/importgradeslib.php).
The texts are those of Moodle's language packs: `assign` (recordid, maxgrade, scale, gradecanbechanged,
lastmodifiedgrade, submissionteam), `assignfeedback_comments` (pluginname), `moodle` (grade, fullname, no).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labels:
    identifier: str
    full_name: str
    group: str
    grade: str
    maximum: str
    scale: tuple[str, ...]
    can_be_changed: str
    no: str
    modified: str
    comments: str


ENGLISH = Labels(
    identifier="Identifier",
    full_name="Full name",
    group="Group",
    grade="Grade",
    maximum="Maximum grade",
    scale=("Scale",),
    can_be_changed="Grade can be changed",
    no="No",
    modified="Last modified (grade)",
    comments="Feedback comments",
)
GERMAN = Labels(
    identifier="ID",
    full_name="Vollständiger Name",
    group="Gruppe",
    grade="Bewertung",
    maximum="Bestwertung",
    scale=("Bewertungsskala", "Skala"),
    can_be_changed="Bewertung kann geändert werden",
    no="Nein",
    modified="Zuletzt geändert (Bewertung)",
    comments="Feedback als Kommentar",
)
SPANISH = Labels(
    identifier="Identificador",
    full_name="Nombre completo",
    group="Grupo",
    grade="Calificación",
    maximum="Calificación máxima",
    scale=("Escala",),
    can_be_changed="La calificación puede ser cambiada",
    no="No",
    modified="Última modificación (calificación)",
    comments="Comentarios de retroalimentación",
)
FRENCH = Labels(
    identifier="Identifiant",
    full_name="Nom complet",
    group="Groupe",
    grade="Note",
    maximum="Note maximale",
    scale=("Barème",),
    can_be_changed="La note peut être modifiée",
    no="Non",
    modified="Dernière modification (note)",
    comments="Feedback par commentaires",
)

LANGUAGES = (ENGLISH, GERMAN, SPANISH, FRENCH)

"""Worksheets and gradebooks as platforms export them, byte for byte: marks, delimiters, quotes, line ends are theirs.

Students 101 to 107 are those of `reports.PEOPLE`; beside them stand some of whom there is no submission.
"""

from __future__ import annotations

import codecs


def lines(*rows: str, end: str) -> str:
    return "".join(row + end for row in rows)


# --- Moodle ----------------------------------------------------------------------------------------------------------

MOODLE_EN = lines(
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"',
    '"Participant 101","Jane Doe",jane@uni.example,"Submitted for grading",,100.00,Yes,"Monday, 5 January, 9:01 AM",-,',
    '"Participant 102","Max Müller",max@uni.example,"Submitted for grading",12.50,100.00,Yes,"Monday, 5 January",-,',
    '"Participant 103","Zoë O\'Neil",zoe@uni.example,"Submitted for grading",,100.00,Yes,-,-,"<p>Say ""hello"".</p>"',
    '"Participant 104","Ana García López",ana@uni.example,"Submitted for grading",,100.00,No,-,-,',
    '"Participant 105","Li Wei",li@uni.example,"No submission",,100.00,Yes,-,-,',
    '"Participant 106","Erika Mustermann",erika@uni.example,"Submitted for grading",55.00,100.00,Yes,-,-,',
    '"Participant 107","Óscar Núñez",oscar@uni.example,"Submitted for grading",,100.00,Yes,-,-,',
    '"Participant 190","=Cora, the ""Formula""",cora@uni.example,"No submission",,100.00,Yes,-,-,',
    end="\n",
).encode()

MOODLE_DE = (
    codecs.BOM_UTF8
    + lines(
        'ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden",'
        '"Zuletzt geändert (Abgabe)","Zuletzt geändert (Bewertung)","Feedback als Kommentar"',
        'Teilnehmer/in101,"Jane Doe",jane@uni.example,"Zur Bewertung abgegeben",,"100,00",Ja,"Montag, 5. Januar",-,',
        'Teilnehmer/in102,"Max Müller",max@uni.example,"Zur Bewertung abgegeben","12,50","100,00",Ja,-,-,',
        'Teilnehmer/in103,"Zoë O\'Neil",zoe@uni.example,"Zur Bewertung abgegeben",,"100,00",Ja,-,-,',
        'Teilnehmer/in104,"Ana García López",ana@uni.example,"Zur Bewertung abgegeben",,"100,00",Nein,-,-,',
        'Teilnehmer/in105,"Li Wei",li@uni.example,"Keine Abgabe",,"100,00",Ja,-,-,',
        'Teilnehmer/in106,"Erika Mustermann",erika@uni.example,"Keine Abgabe",,"100,00",Ja,-,-,',
        'Teilnehmer/in107,"Óscar Núñez",oscar@uni.example,"Keine Abgabe",,"100,00",Ja,-,-,',
        'Teilnehmer/in190,"Cora ""C"" Übel",cora@uni.example,"Keine Abgabe",,"100,00",Ja,-,-,"Mehrere\nZeilen"',
        end="\r\n",
    ).encode()
)

MOODLE_ES = lines(
    'Identificador;"Nombre completo";"Dirección de correo";Estado;Calificación;"Calificación máxima";'
    '"La calificación puede ser cambiada";"Última modificación (entrega)";"Última modificación (calificación)";'
    '"Comentarios de retroalimentación"',
    'Participante101;"Jane Doe";jane@uni.example;"Enviado para calificar";;100,00;Sí;-;-;',
    'Participante102;"Max Müller";max@uni.example;"Enviado para calificar";;100,00;Sí;-;-;',
    'Participante103;"Zoë O\'Neil";zoe@uni.example;"Enviado para calificar";;100,00;Sí;-;-;',
    'Participante104;"Ana García López";ana@uni.example;"Enviado para calificar";;100,00;No;-;-;',
    'Participante105;"Li Wei";li@uni.example;"No entregado";;100,00;Sí;-;-;',
    'Participante106;"Erika Mustermann";erika@uni.example;"No entregado";;100,00;Sí;-;-;',
    'Participante107;"Óscar Núñez";oscar@uni.example;"No entregado";;100,00;Sí;-;-;',
    end="\n",
).encode()

MOODLE_TEAMS = lines(
    'Identifier,"Full name",Status,Group,Grade,"Maximum grade","Grade can be changed","Last modified (grade)"',
    '"Participant 101","Jane Doe","Submitted for grading","Team Ä_1",,100.00,Yes,-',
    '"Participant 102","Max Müller","Submitted for grading","Team Ä_1",,100.00,No,-',
    '"Participant 103","Zoë O\'Neil","Submitted for grading","Team 2",,100.00,Yes,-',
    '"Participant 7","Li Wei","No submission","Default group",,100.00,Yes,-',
    end="\r\n",
).encode()

MOODLE_SCALE = lines(
    'Identifier,"Full name",Status,Grade,Scale,"Grade can be changed","Last modified (grade)"',
    '"Participant 101","Jane Doe","Submitted for grading",,"Fail\nPass",Yes,-',
    end="\n",
).encode()

# --- Canvas ----------------------------------------------------------------------------------------------------------

CANVAS = lines(
    "Student,ID,SIS User ID,SIS Login ID,Section,Nickname,Sheet 2 (4711),Sheet 3: Distances (4712),"
    "Sheet 3: Distances (late) (4713),Sheets Current Score,Sheets Final Score,Current Score,Final Score",
    ",,,,,,Manual Posting,,,,,,",
    "    Points Possible,,,,,(read only),20.00,100.00,100.00,(read only),(read only),(read only),(read only)",
    '"Doe, Jane",101,s0101,jane@uni.example,Tutorial A,Jane,15.50,,,77.50,77.50,77.50,77.50',
    '"Müller, Max",102,s0102,max@uni.example,Tutorial A,,20.00,80.00,,100.00,100.00,100.00,100.00',
    '"O\'Neil, Zoë",103,s0103,zoe@uni.example,"Tutorial B, late","=Zo ""Z""",EX,,,,,,',
    '"García López, Ana",104,s0104,ana@uni.example,Tutorial B,,12.00,EX,,60.00,60.00,60.00,60.00',
    '"Wei, Li",105,s0105,li@uni.example,Tutorial B,,,N/A,,,,,',
    '"Mustermann, Erika",106,s0106,erika@uni.example,Tutorial B,,,31.00,,,,,',
    '"Núñez, Óscar",107,s0107,oscar@uni.example,Tutorial B,,,,,,,,',
    '"Twin, Tim",188,s0188,tim1@uni.example,Tutorial B,,,,,,,,',
    '"Twin, Tim",189,s0189,tim2@uni.example,Tutorial B,,,EX,,,,,',
    '"Student, Test",199,,0123456789abcdef,Tutorial A,,,,,,,,',
    end="\n",
).encode()

CANVAS_SEMICOLON = (
    codecs.BOM_UTF8
    + lines(
        "LastName;FirstName;ID;SIS Login ID;Section;Sheet 3: Distances (4712);Current Score",
        "    Points Possible;;;;;100,00;(read only)",
        "Doe;Jane;101;jane@uni.example;Tutorial A;;77,50",
        "Müller;Max;102;max@uni.example;Tutorial A;80,00;",
        "Student;Test;199;0123456789abcdef;Tutorial A;;",
        end="\r\n",
    ).encode()
)

# --- Blackboard ------------------------------------------------------------------------------------------------------

_BLACKBOARD_HEADER = (
    "Last Name",
    "First Name",
    "Username",
    "Student ID",
    "Last Access",
    "Availability",
    "Weighted Total [Total Pts: up to 77.25 Percentage] |1258242",
    "Sheet 2 [Total Pts: 20 Score] |1258243",
    "Sheet 3: Distances [Total Pts: 100 Score] |1258244",
    "Essay [EXTRA CREDIT] [Total Pts: 1,500 Letter] |1258245",
)
_BLACKBOARD_ROWS = (
    ("Doe", "Jane", "101", "0101", "2026-01-05 09:01:02", "Yes", "77.5%", "15.5", "", ""),
    ("Müller", "Max", "102", "0102", "2026-01-05 09:01:02", "Yes", "", "20", "80", "B+"),
    ("O'Neil", "Zoë", "103", "0103", "", "Yes", "", "", "Needs Grading(43.5)", ""),
    ("García López", "Ana", "104", "0104", "", "No", "", "", "", ""),
    ("Wei", "Li", "105", "0105", "", "Yes", "", "", "", ""),
    ("Mustermann", "Erika", "106", "0106", "", "Yes", "", "", "31.25", ""),
    ("Núñez", "Óscar", "107", "0107", "", "Yes", "", "", "", ""),
    ("=Cora", 'the "Formula"', "cora", "0190", "", "Yes", "", "", "In Progress", ""),
)


def _quoted(row: tuple[str, ...], delimiter: str) -> str:
    return delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row)


BLACKBOARD_XLS = codecs.BOM_UTF16_LE + lines(
    *(_quoted(row, "\t") for row in (_BLACKBOARD_HEADER, *_BLACKBOARD_ROWS)), end="\r\n"
).encode("utf-16-le")

BLACKBOARD_CSV = (
    codecs.BOM_UTF8 + lines(*(_quoted(row, ",") for row in (_BLACKBOARD_HEADER, *_BLACKBOARD_ROWS)), end="\n").encode()
)

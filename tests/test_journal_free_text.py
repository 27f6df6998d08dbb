"""What a writer is asked to reconsider: sixty risky sentences and seventy ordinary ones, drawn by hand."""

import re
from datetime import date

import pytest

from cqi.journal import free_text, hints

TODAY = date(2026, 11, 22)
COUNTIES = ("Alder", "Birch", "Cedar")
KINDS = {"name": free_text.NAME, "initials": free_text.INITIALS, "birth": free_text.BIRTH, "case": free_text.CASE, "phone": free_text.PHONE, "mail": free_text.EMAIL,
         "address": free_text.ADDRESS}

ORDINARY = """
We need more foster homes for teens in Birch.
Visits on weekday evenings would help parents who work.
The Juvenile Court moved its hearings to Thursday mornings.
Why did fewer children go home in March 2026 than in March 2025?
The Department of Human Services promised an answer by 30 June 2026.
12 of 40 families had no bus to Family Court.
Judge Miller asks for reports two weeks earlier.
Since the new law of July 1, 2025, kin can be licensed faster.
Please show the number for the Cherokee Nation apart.
Housing vouchers ran out in October; we have 120 families waiting.
The cohort 2025H2 looks slower than 2024H2, but 25A is fine.
Could the agency pay $1,250 for a car seat and a crib?
AFCARS 2020 counts a trial home visit as in care.
Many parents wait 6 to 8 weeks for a drug test.
On Monday the CASA volunteers meet with Supervisor Lopez.
Reunification in 12 months rose from 35% to 41% in FFY2025.
Foster parents in Alder and Cedar want respite care.
The school bus does not reach Route 9.
In 2024-25 we lost four caseworkers and one supervisor.
Native American families asked for Tribal Court to be told first.
Is re-entry higher when exits are faster?
Do you count children who turned 18?
Ask the Office of Public Defense what they see.
The hearing on 12 May 2026 was moved to 9 June 2026.
Our team tried Family Team Meetings in April and it helped.
We read the report of 2026-06-30 together.
Medicaid does not pay for the ride; Title IV-E could.
A mother told us that nobody had called her back.
Most children named safety first when we asked them.
I call this a success for the whole county.
A child called me from the shelter and asked for his brother.
A youth named in the report had no lawyer.
Little progress was made on transport since May.
Young parents need child care at night.
Our Lutheran church offers rooms for visits on Sundays.
The Ford Foundation paid for a pilot in two counties.
Boys wait longer than girls here, why?
Big Brothers Big Sisters has a waiting list of 9 months.
Can we see Measure 3 by age?
Kinship carers got no check in January.
Salvation Army beds are full every winter.
Drug Court graduates go home sooner, I think.
Twins should be counted as two children.
The number went from 1,204 to 987 between 2019 and 2025.
Our goal is 45% by December 2026.
See page 12, table 4, second column.
Senate Bill 1045 changes who can be a guardian.
The judge's new rule began on 1 March 2026.
Greater Cedar Valley has no bus at all.
Zoom hearings made it easier to come.
COVID-19 closed the courts for months.
Please do not blame workers; caseloads of 30 are too many.
Tribes were never asked about the 2023 figures.
Phone calls go unanswered after 5 pm.
Nobody told the Tribal Council about ICWA notices.
Indian Child Welfare Act notices come late.
The county turned 150 years old; our data system feels as old.
Ask Walmart and Amazon to hire parents.
I was in care myself from 2008 to 2014.
Mental health services have a wait of 14 weeks in Birch.
The Governor signed it on 3/4/2025.
Teen Challenge helped my friend's son get better.
Mrs. Garcia from the school board wants to join us.
Each child's lawyer should get this page.
St. Mary's Hospital sends newborns to us on Fridays.
Room 204 is free for visits.
We waited 10 months for a home study, then 3 more for a hearing.
Will Saturday visits continue in July and August?
ICPC delays of 60 days cost us two placements.
Three of the six families moved to Texas.
""".strip().splitlines()

RISKY = [
    ('A child named Maya has waited two years.', [('name', 'Maya')]),
    ('a boy named liam is still with his aunt', [('name', 'liam')]),
    ('Maya Jones went home in March.', [('name', 'Maya Jones')]),
    ("We visited Aiden O'Connor and his sister.", [('name', "Aiden O'Connor")]),
    ('The girl, called Zoe, wants to see her brother.', [('name', 'Zoe')]),
    ('Little Noah needs a dentist.', [('name', 'Little Noah')]),
    ('Her son Mateo moved three times.', [('name', 'Mateo')]),
    ("Ava's mother did all that the court asked.", [('name', 'Ava')]),
    ('Ethan, 6 years old, was moved again.', [('name', 'Ethan')]),
    ('Sofia (age 4) has no crib.', [('name', 'Sofia')]),
    ('The child with initials J.D. was moved.', [('initials', 'J.D.')]),
    ('J.D., born in June, waits for his aunt.', [('initials', 'J.D.')]),
    ('Tyler R. was placed with strangers.', [('name', 'Tyler R')]),
    ('The child was born on 3/4/2019.', [('birth', '3/4/2019')]),
    ('DOB 2017-11-02', [('birth', '2017-11-02')]),
    ('Her birthday is March 4th.', [('birth', 'March 4th')]),
    ('She came to us 14.02.2021 from the hospital.', [('birth', '14.02.2021')]),
    ('He turned 5 on June 3, 2024.', [('birth', 'June 3, 2024')]),
    ('born March 2019 and still waiting', [('birth', 'March 2019')]),
    ('Case 448213 has had no visit.', [('case', '448213')]),
    ('See docket JV-2023-0456.', [('case', 'JV-2023-0456')]),
    ('client no. 7731 needs a ride', [('case', '7731')]),
    ('Her ID is A00012345.', [('case', 'A00012345')]),
    ('Look at 100234567 again.', [('case', '100234567')]),
    ('Call me at (555) 123-4567.', [('phone', '(555) 123-4567')]),
    ("Grandma's number is 555.123.4567", [('phone', '555.123.4567')]),
    ('Write to maria.lopez@example.org please.', [('mail', 'maria.lopez@example.org')]),
    ('They live at 12 Maple Street.', [('address', '12 Maple Street.')]),
    ('The family at 1403 N 5th Ave, Apt 4B has no heat.', [('address', '1403 N 5th Ave, Apt 4B')]),
    ('Her number is 123-45-6789.', [('case', '123-45-6789')]),
    ('the child, Keisha, cries at night', [('name', 'Keisha')]),
    ('My foster daughter Amira was born 12/1/18.', [('name', 'Amira'), ('birth', '12/1/18')]),
    ('her dob is jan 3 2016', [('birth', 'jan 3 2016')]),
    ('Case # 22-JU-1044 was closed too early.', [('case', '22-JU-1044')]),
    ('Text 555-1234 for a ride', [('phone', '555-1234')]),
    ('Mia and her brother Leo want to be together.', [('name', 'Leo')]),
    ('A 7-year-old named Rosa', [('name', 'Rosa')]),
    ('KidCare ID 88-1234567', [('case', '88-1234567')]),
    ('Maria Fernanda de la Cruz needs a Spanish speaking home', [('name', 'Maria Fernanda de la Cruz')]),
    ('The baby (T.W.) tested positive.', [('initials', 'T.W.')]),
    ('Child 20231 should not have moved.', [('case', '20231')]),
]


def found(words, today=TODAY):
    """Kind and quoted words of each hint."""
    quoted = [(line, re.match("“(.*?)”", line, re.DOTALL)[1]) for line in hints(words, COUNTIES, today=today)]
    return [(next(kind for kind, sentence in KINDS.items() if sentence.format(words) == line), words) for line, words in quoted]


@pytest.mark.parametrize("words", ORDINARY)
def test_an_ordinary_sentence_raises_no_alarm(words):
    assert hints(words, COUNTIES, today=TODAY) == []


@pytest.mark.parametrize(("words", "expected"), RISKY)
def test_what_may_tell_who_a_child_is_is_quoted_to_the_writer(words, expected):
    assert expected and found(words) == expected
    assert all(each in words for _, each in found(words))


def test_there_are_enough_of_both():
    assert len(ORDINARY) >= 60 and len(RISKY) >= 40 and len({kind for _, expected in RISKY for kind, _ in expected}) == len(KINDS)


@pytest.mark.parametrize(("day", "is_one"), [
    ("9 June 2003", False), ("9 June 2004", True), ("9 June 2026", True), ("9 June 2027", False),  # 23, 22, 0 and -1 years back
])
def test_a_full_date_may_be_a_birth_up_to_22_years_back(day, is_one):
    assert found(f"She came, {day}, with nothing.") == ([("birth", day)] if is_one else [])


@pytest.mark.parametrize(("day", "is_one"), [("9 June 2023", False), ("9 June 2022", True)])
def test_a_word_of_an_event_explains_a_date_of_the_last_three_years_only(day, is_one):
    assert found(f"The hearing on {day} was moved.") == ([("birth", day)] if is_one else [])


@pytest.mark.parametrize("day", ["2019-03-04", "3/4/2019", "03/04/19", "4.3.2019", "March 4, 2019", "4 March 2019", "Mar. 4th, 2019", "the 4th of March 2019", "1985-03-04"])
def test_beside_a_word_of_birth_any_form_of_a_date_is_one(day):
    for words in (f"born {day}", f"DOB: {day}", f"Her birthday is {day}.", f"On {day} he was born."):
        assert [kind for kind, _ in found(words)] == ["birth"], words


def test_known_names_raise_no_alarm_and_every_other_does():
    assert hints("Van Buren moved.", ("Van Buren",), today=TODAY) == [] and found("Tom Buren moved.") == [("name", "Tom Buren")]


def test_each_is_said_once_and_in_order_of_kind():
    words = "Call 555-123-4567. Maya Jones, dob 3/4/2019. Maya Jones, call 555-123-4567."
    assert found(words) == [("name", "Maya Jones"), ("birth", "3/4/2019"), ("phone", "555-123-4567")]


@pytest.mark.parametrize("words", ["", " ", "\0", "a" * 10_000, "A " * 5_000, "Aa " * 3_333, "1" * 10_000, "1-" * 5_000, "A-1" * 3_333, "(" * 10_000, "Ann's " * 1_600,
                                   "a.b-" * 2_500 + "@", "one of " * 1_400, "3 to " * 2_000, "1,000 " * 1_600, "Ü ß é " * 1_600, "child " * 1_600])
def test_any_text_is_looked_at_to_its_end(words):
    """As long as an entry may be, and no longer than a moment each."""
    assert isinstance(hints(words, today=TODAY), list)

"""Words with a capital that are no child's name: of agencies, courts, days, months, places, and words that begin a sentence."""

from __future__ import annotations

CALENDAR = """january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday easter christmas thanksgiving ramadan spring summer fall autumn winter"""
FIELD = """adoption adoptive advocate afcars agency aging aid assistant associate attorney board bureau care case casa cfsr chapter chief child childcare
children children's clinic coalition college commission committee community conference congress coordinator council counsel county counties court courts
cqi department deputy director district division early education emergency families family father federal foster foundation fund general governor grandparent
group guardian health head high hospital home homes house housing human icwa indian initiative institute intake judge justice juvenile kin kinship law lead
legal manager measure medicaid medical medicare mental mother nation national native ncands network office officer parent parents partner partnership
permanency placement placements plan planning police policy prevention program project protective public quality region regional relative report
reunification review room safe safety school section senior service services social snap staff state states step supervisor support supreme tanf team
temporary title training transportation treatment tribal tribe tribes unit united university visitation visits welfare women worker workers workgroup
youth center centre central north south east west northern southern eastern western new american african asian black white hispanic latino latina alaska
english spanish somali hmong zoom teams wifi internet excel zip code act bill section room building street avenue road lane drive city town village
lake river mountain mount valley saint st fort port upper lower mr mrs ms dr hon honorable first second third fourth meth opioid covid big
brothers sisters boys girls club salvation army challenge"""
SENTENCES = """a about after again all almost along already also although always an and another any are as ask at because before being below better both but by
can could did do does during each either even every everyone everything few fewer finally for from give given go good had has have he help her here
his how however i if in instead is it its just keep last later less let letting like look make many maybe more most mostly much my near never no nobody none nor not
nothing now of often ok on once one only or our ours out over people perhaps please put question same say see seen she should since so some sometimes
somebody someone soon start still stop such than thank thanks that the their them then there these they this those though three through to today together
too try two under until up us use very was we well were what whatever when where whether which while who whose why will with within without would yes yet me him them it us we
you your four five six seven eight nine ten half later long losing moving getting having when's what's it's that's there's i'm we're don't can't
according adding besides clearly compared currently especially hearing hearings housing nights evenings mornings transport waiting working numbers
reading remember"""
PLAIN = frozenset(f"{CALENDAR} {FIELD} {SENTENCES}".split())

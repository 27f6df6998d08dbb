"""Cells that let rows of children out of a notebook, as people write them without a thought; and three that do not.

`rows` are the stays of a file as cqi reads them. The dropdown and the output of `interact` are what ipywidgets sends, so that it
need not be installed.
"""

from __future__ import annotations

from pathlib import Path

import nbformat

from running import ROOT

ROWS = "import altair as alt\nimport pandas as pd\nfrom cqi import load\nrows = load(data, source).episodes\nids = rows['child_id'].astype('str')\n"
WIDGET = """from comm import create_comm
state = {"_model_module": "@jupyter-widgets/controls", "_model_module_version": "2.0.0", "_model_name": "DropdownModel", "_options_labels": list(ids[:3])}
comm = create_comm(target_name="jupyter.widget", data={"state": state}, metadata={"version": "2.1.0"})
"""
VIEW = 'display({"application/vnd.jupyter.widget-view+json": {"model_id": comm.comm_id, "version_major": 2, "version_minor": 0}, "text/plain": str(ids[0])}, raw=True)'

LEAKS = {
    "chart that counts": "alt.Chart(rows).mark_bar().encode(x='county', y='count()')",
    "chart with a tooltip": "alt.Chart(rows).mark_point().encode(x='entry_date', tooltip='child_id')",
    "table shown": "rows",
    "describe": "rows.describe(include='all')",
    "value counts": "ids.value_counts()",
    "largest of each group": "rows.groupby('county')[['child_id', 'entry_date']].apply(lambda own: own.nlargest(1, 'entry_date'))",
    "print of the first rows": "print(rows.head(2).to_string())",
    "styler tooltips": "rows.head(2)[['county']].style.set_tooltips(rows.head(2)[['child_id']].rename(columns={'child_id': 'county'}))",
    "error of astype": "ids.astype(object).astype(int)",
    "error of merge": "own = rows[['child_id']].astype(object)\npd.concat([own, own]).merge(own, on='child_id', validate='1:1')",
    "error of a doubled index": "doubled = pd.Series(1, index=[*ids[:5], *ids[:5]])\ndoubled.loc[ids.iloc[0]:ids.iloc[1]]",
    "error of verify_integrity": "pd.concat([rows.set_index('child_id').head(), rows.set_index('child_id').head()], verify_integrity=True)",
    "error of to_datetime": "pd.to_datetime(ids)",
    "error of its own": "raise ValueError(f'no exit for {ids.iloc[0]}')",
    "dropdown": WIDGET + VIEW,
    "output of interact": WIDGET + "comm.send({'method': 'update', 'state': {'value': ids.iloc[0]}})\ndisplay(rows.head(1))",
    "warning": "import warnings\nwarnings.warn(f'look at {list(ids[:3])}')",
}
COUNTED = "few = rows.groupby('county', as_index=False).size().rename(columns={'size': 'children'})\n"
DRAWN = "alt.Chart(few).mark_bar().encode(x='county:N', y='children:Q')"
CLEAN = {
    "chart of counts": COUNTED + DRAWN,
    "chart of counts as a block": COUNTED + "from cqi import charts\nfrom cqi.blocks import Cell, Figure, Table\n"
    "own = Table('Stays by county', ('County', 'Stays'), tuple((Cell(a), Cell(str(b))) for a, b in few.itertuples(index=False)))\n"
    f"Figure('How many stays?', 'There are {{}} stays.'.format(len(rows)), charts.spec({DRAWN}), own)",
    "error without a value": "rows.loc['nope']",
}


def planted(folder: Path, cell: str, *, whole: bool = False) -> Path:
    """A folder of the project's notebooks; the review's, cut after its heading unless `whole`, with this cell in it."""
    folder.mkdir(parents=True)
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        (folder / path.name).write_bytes(path.read_bytes())
    path = folder / "mid_course_review.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[3:] = [nbformat.v4.new_code_cell(ROWS + cell), *(notebook.cells[3:] if whole else ())]
    nbformat.write(notebook, path)
    return folder

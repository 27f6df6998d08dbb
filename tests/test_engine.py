"""The engine of papermill that forks: a notebook is stored as an ordinary kernel stores it, and what goes wrong in one is that one's failure."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from papermill import execute_notebook
from papermill.exceptions import PapermillExecutionError

from cqi import tables
from cqi.render.digests import inputs_digest
from cqi.render.forked import code, forked, imports, tell, warm_parent
from cqi.render.forked import ready as forks
from cqi.render.job import NOTEBOOKS, notebook_path
from cqi.render.warm import WITHOUT
from cqi.tables.backtested import backtested
from cqi.tables.reading import INPUTS
from cqi.tables.services import service_tables
from running import DATA, alive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")

SAID = [
    "a = 1\nprint('x'); import sys; print('e', file=sys.stderr); print('y')", "a", "a;", "!echo bang", "%%bash\necho b; echo err >&2",
    "import os, subprocess; os.system('echo raw'); subprocess.run(['echo', 'sub'])", "print('before'); os.system('echo after'); 'result'",
    "from IPython.display import HTML, clear_output, display, update_display\nprint(1); clear_output(); print(2)",
    "print(3); clear_output(wait=True); print(4)", "h = display('one', display_id='z')", "update_display('two', display_id='z')",
    "display(HTML('<b>x</b>'), metadata={'text/html': {'isolated': True}})", "import pandas as pd; pd.DataFrame({'a': range(30), 'b': 1.5})",
    "import pickle\nclass K: pass\nlen(pickle.dumps(K())), __name__", "_, __, Out[2]", "import threading\nt = threading.Thread(target=lambda: print('in thread'))\nt.start(); t.join()",
    "import warnings; warnings.warn('careful')", "import logging; logging.warning('said')", "%pwd",
]
RAW = re.compile(r"os\.system|subprocess")
PLACES = [(re.compile(r"ipykernel_\d+"), "ipykernel_")]


def notebook(tmp_path: Path, *cells: str) -> str:
    path = tmp_path / "notebook.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells],
                                metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}), path)
    return str(path)


def executed(path: str, **options):
    return execute_notebook(path, None, kernel_name="python3", progress_bar=False, **options)


def stored(made) -> list:
    text = json.dumps([[settled(each) if RAW.search(each.source) else each.outputs, each.execution_count] for each in made.cells])
    for found, put in PLACES:
        text = found.sub(put, text)
    return json.loads(text)


def ready(parent, tables=()) -> bool:
    """Whether the parent forks, once it is told what to read."""
    tell(parent, list(tables), {})
    return forks(parent)


def settled(cell) -> list:
    """The outputs with what was streamed first, as one text a stream: what a cell's own processes write reaches a kernel by another thread, sooner
    or later."""
    outputs, streams = cell.outputs, {}
    for each in outputs:
        if each["output_type"] == "stream":
            streams[each["name"]] = streams.get(each["name"], "") + each["text"]
    return [streams, *(each for each in outputs if each["output_type"] != "stream")]


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """The folder of a warm parent that knows pandas."""
    folder = tmp_path_factory.mktemp("warm")
    parent = warm_parent(folder, wanted=[("pandas", ())])
    assert ready(parent)
    yield str(folder)
    parent.stdin.close()
    assert parent.wait(60) == 0


def parent_of(folder: str) -> psutil.Process:
    return next(each for each in psutil.Process().children() if folder in " ".join(each.cmdline()))


# ---- stored as a kernel would --------------------------------------------------------------------------------------------

def test_a_notebook_is_stored_as_a_kernel_stores_it(tmp_path, warm, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # a kernel that sees it does not keep what processes write
    path = notebook(tmp_path, *SAID)
    fast, slow = executed(path, engine_name="cqi", warm=warm), executed(path)
    assert [(cell, one, other) for cell, one, other in zip(SAID, stored(fast), stored(slow), strict=True) if one != other] == []
    assert fast.metadata.language_info == slow.metadata.language_info


@pytest.mark.parametrize(("cell", "name"), [("1 / 0", "ZeroDivisionError"), ("def broken(:\n  pass", "SyntaxError"), ("import os\nos.nothing()", "AttributeError"),
                                            ("print('x'); raise SystemError('y')", "SystemError"), ("raise KeyboardInterrupt", "KeyboardInterrupt")])
def test_an_error_is_stored_and_stops_the_notebook(tmp_path, warm, cell, name):
    path = notebook(tmp_path, "x = 1", cell, "x = 2")
    made = []
    for options in ({"engine_name": "cqi", "warm": warm}, {}):
        with pytest.raises(PapermillExecutionError) as caught:
            execute_notebook(path, str(tmp_path / "out.ipynb"), kernel_name="python3", progress_bar=False, **options)
        cells = [cell for cell in nbformat.read(tmp_path / "out.ipynb", 4).cells if cell.cell_type == "code"]
        made.append((caught.value.ename, caught.value.exec_count, [(cell.outputs, cell.execution_count) for cell in cells]))
    assert made[0] == made[1] and made[0][0] == name and made[0][2][2] == ([], None)


def test_by_hand_papermill_knows_the_engine(tmp_path):
    words = ["papermill", "--engine", "cqi", "-k", "python3", notebook(tmp_path, "import os", "os.getppid()"), str(tmp_path / "out.ipynb")]
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    parent = int(nbformat.read(tmp_path / "out.ipynb", 4).cells[1].outputs[0].data["text/plain"])
    assert not psutil.pid_exists(parent)


@pytest.mark.parametrize("cell", ["import asyncio\nawait asyncio.sleep(0)\n'there'", "import comm\ntry:\n    comm.create_comm(target_name='x')\nexcept Exception:\n    pass\n'there'",
                                  "try:\n    input()\nexcept Exception as error:\n    print(type(error).__name__)\n'there'"])
def test_what_a_child_cannot_give_is_given_by_a_kernel(tmp_path, warm, cell):
    made = executed(notebook(tmp_path, "import os; os.getppid()", cell), engine_name="cqi", warm=warm)
    assert int(made.cells[0].outputs[0].data["text/plain"]) == os.getpid() and made.cells[1].outputs[-1].data["text/plain"] == "'there'"


# ---- alone -----------------------------------------------------------------------------------------------------------------

def test_a_notebook_finds_nothing_of_another(tmp_path, warm):
    soiled = "import builtins, os, pandas as pd\nbuiltins.left = os.environ['LEFT'] = 'x'; pd.options.display.max_rows = 1; os.chdir('/'); mine = 1"
    executed(notebook(tmp_path, soiled), engine_name="cqi", warm=warm)
    seen = "import builtins, os, pandas as pd\n[hasattr(builtins, 'left'), 'LEFT' in os.environ, pd.options.display.max_rows, os.getcwd(), 'mine' in globals()]"
    made = executed(notebook(tmp_path, seen), engine_name="cqi", warm=warm)
    assert made.cells[0].outputs[0].data["text/plain"] == str([False, False, 60, os.getcwd(), False])


def test_chance_is_not_the_same_in_every_notebook(tmp_path, warm):
    path = notebook(tmp_path, "import random, uuid, numpy\n(random.random(), numpy.random.random(), str(uuid.uuid4()))")
    first, second = (eval(executed(path, engine_name="cqi", warm=warm).cells[0].outputs[0].data["text/plain"].replace("np.float64", "")) for _ in range(2))
    assert not set(first) & set(second)


# ---- what goes wrong ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("cell", ["import os; os._exit(9)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
                                  "import os\nos.kill(os.getppid(), 0); os._exit(0)"])
def test_a_child_that_ends_is_its_notebooks_failure(tmp_path, warm, cell):
    with pytest.raises(DeadKernelError):
        executed(notebook(tmp_path, cell), engine_name="cqi", warm=warm)
    assert executed(notebook(tmp_path, "1"), engine_name="cqi", warm=warm).cells[0].outputs[0].data["text/plain"] == "1"


@pytest.mark.parametrize("cell", ["import time; time.sleep(60)", "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(60)", "while True: pass"])
def test_a_cell_that_hangs_is_ended(tmp_path, warm, cell):
    before = time.monotonic()
    with pytest.raises(CellTimeoutError):
        executed(notebook(tmp_path, cell), engine_name="cqi", warm=warm, execution_timeout=1)
    assert time.monotonic() - before < 30
    assert none_left(parent_of(warm))


def test_a_cell_that_wants_too_much_memory_fails_with_a_name(tmp_path, warm):
    with pytest.raises(PapermillExecutionError) as caught:
        executed(notebook(tmp_path, "bytearray(10 ** 15)"), engine_name="cqi", warm=warm)
    assert caught.value.ename == "MemoryError"


@pytest.mark.parametrize("apart", ["False", "True"])
def test_what_a_notebook_leaves_running_is_ended(tmp_path, warm, apart):
    cell = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session={apart}).pid"
    own = parent_of(warm)
    left = int(executed(notebook(tmp_path, cell), engine_name="cqi", warm=warm).cells[0].outputs[0].data["text/plain"])
    assert none_left(own) and not psutil.pid_exists(left)


def none_left(process: psutil.Process) -> bool:
    """Whether the process has no children, or none after a moment."""
    until = time.monotonic() + 10
    while process.children(recursive=True) and time.monotonic() < until:
        time.sleep(0.05)
    return not process.children(recursive=True)


def test_when_the_parent_is_killed_its_children_go_too(tmp_path):
    parent = warm_parent(tmp_path, wanted=[])
    assert ready(parent)
    with forked(str(tmp_path), "", 30) as child:
        parent.send_signal(signal.SIGKILL)
        with pytest.raises(DeadKernelError):
            child.execute("import time; time.sleep(20)")
        assert alive([psutil.Process(child.pid)] if psutil.pid_exists(child.pid) else [], seconds=60) == []


# ---- no thread when it forks -----------------------------------------------------------------------------------------------

def test_the_parent_of_our_notebooks_has_one_thread(tmp_path, monkeypatch):
    monkeypatch.setenv(INPUTS, f"{inputs_digest(DATA, 'episodes')}:")  # as in a run: what one has counted of the sample state is found
    tables.tables(DATA, "episodes", "2025H2", "2026-06-30", "internal")  # counted before it forks
    tables.official_tables(DATA, "episodes", "2026-06-30", "internal")
    service_tables(DATA, "episodes", "2026-06-30", "internal")
    backtested(DATA, "episodes", "2026-06-30", "internal")
    wanted = [each for role in NOTEBOOKS for each in imports(code(nbformat.read(notebook_path(role), 4)))]
    parent = warm_parent(tmp_path, wanted=wanted)
    asked = [(DATA, "episodes", word, "2026-06-30", "internal") for word in ("official", "services", "2025H2")]
    assert ready(parent, asked[:2]) and ("cqi", ("Review",)) in wanted
    assert len(list(Path(f"/proc/{parent.pid}/task").iterdir())) == 1
    with forked(str(tmp_path), "", 60, asked[2]) as child:  # what notebooks import is there, and the tables that one asks for are read
        assert len(list(Path(f"/proc/{parent.pid}/task").iterdir())) == 1
        child.execute("import sys\nassert {'pandas', 'altair', 'cqi.review', 'cqi.charts'} <= set(sys.modules)\n"
                      "from cqi.tables import _every\nassert _every.cache_info().currsize == 1\nbefore = set(sys.modules)")
        child.execute(f"from cqi import Review\nreview = Review('Birch', '2025H2', '2026-06-30', 'episodes', {DATA!r}, 'internal')\nreview.heading(), review.expected()\n"
                      "sorted(set(sys.modules) - before)")
        said = [each["content"] for each in child.iopub_channel.messages if each["msg_type"] in ("error", "execute_result")]
        assert [each["data"]["text/plain"] for each in said] == ["[]"]
    parent.kill()


def test_a_module_that_starts_a_thread_is_not_kept(tmp_path, monkeypatch):
    (tmp_path / "threading_module.py").write_text("import threading, time\nthreading.Thread(target=time.sleep, args=(100,), daemon=True).start()\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    parent = warm_parent(tmp_path, wanted=[("threading_module", ()), ("colorsys", ())])
    assert ready(parent) and len(list(Path(f"/proc/{parent.pid}/task").iterdir())) == 1
    with forked(str(tmp_path), "", 60) as child:
        child.execute(f"import os, sys\nos.environ.get({WITHOUT!r}), 'threading_module' in sys.modules, 'colorsys' in sys.modules")
        told = child.iopub_channel.messages[-2]["content"]["data"]["text/plain"]
    assert "False, True" in told
    parent.kill()


def test_a_parent_that_has_threads_does_not_fork(tmp_path):
    """A notebook's children have threads as they like; the parent of all has none, or leaves its notebooks to kernels."""
    parent = warm_parent(tmp_path, wanted=[("cqi.render.warm", ())])
    assert ready(parent)
    program = "import threading, time\nthreading.Thread(target=time.sleep, args=(5,)).start()\nimport threading\nthreading.active_count()"
    made = executed(notebook(tmp_path, program), engine_name="cqi", warm=str(tmp_path))
    assert made.cells[0].outputs[0].data["text/plain"] == "2"
    parent.kill()

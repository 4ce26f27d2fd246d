"""Has LibreOffice accept or reject all changes of Word documents; run by the Python that has ``uno``.

Run as ``python settling.py PIPE`` with one file a line on standard input: it prints, as a line of JSON each,
how many changes there were and are left, the comments, and the paragraphs, for ``new`` (all accepted) and
``old``. The office that listens at the pipe ends with it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import uno

_COMMANDS = {"new": ".uno:AcceptAllTrackedChanges", "old": ".uno:RejectAllTrackedChanges"}
_TRIES, _PAUSE = 240, 0.5


def connect(pipe: str) -> Any:  # noqa: ANN401 (what an office gives has no types)
    """Return the context of the office that listens at a pipe, once it does."""
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
    for _ in range(_TRIES):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:  # noqa: BLE001 (not listening yet: there is no class of it to name)
            time.sleep(_PAUSE)
    raise SystemExit(f"nothing listens at {pipe}")


def settle(desktop: Any, dispatcher: Any, path: str, command: str) -> dict[str, object]:  # noqa: ANN401
    """Open a document, give a command, and return what is left."""
    hidden = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    hidden.Name, hidden.Value = "Hidden", True
    document = desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, (hidden,))
    before = len(list_all(document.Redlines))
    dispatcher.executeDispatch(document.CurrentController.Frame, command, "", 0, ())
    fields = list_all(document.TextFields)
    left = {
        "kind": document.supportsService("com.sun.star.text.TextDocument"),
        "changes": before,
        "left": len(list_all(document.Redlines)),
        "comments": sum(each.supportsService("com.sun.star.text.textfield.Annotation") for each in fields),
        "paragraphs": [each.String for each in list_all(document.Text)],
    }
    document.close(True)  # noqa: FBT003 (UNO takes no names)
    return left


def list_all(holder: Any) -> list[Any]:  # noqa: ANN401
    """Return what an office enumerates."""
    found, rest = [], holder.createEnumeration()
    while rest.hasMoreElements():
        found.append(rest.nextElement())
    return found


def main() -> None:
    """Settle each document both ways, then end the office."""
    context = connect(sys.argv[1])
    make = context.ServiceManager.createInstanceWithContext
    desktop = make("com.sun.star.frame.Desktop", context)
    dispatcher = make("com.sun.star.frame.DispatchHelper", context)
    for line in sys.stdin:
        path = line.strip()
        sides = {side: settle(desktop, dispatcher, path, command) for side, command in _COMMANDS.items()}
        print(json.dumps(sides), flush=True)
    desktop.terminate()


if __name__ == "__main__":
    main()

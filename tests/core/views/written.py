"""What is asked of all code the app writes: it runs, and hostile names stay names."""

import ast
import contextlib
import io

EVIL = 'a`b"c\'d\\e\n); system("x") #'


def printed_by(code):
    """Run the Python of some code; return what it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(ast.unparse(ast.parse(code.python)), {})  # noqa: S102 (our own text)
    return printed.getvalue()


def calls_and_texts(code):
    """Return what the Python of some code calls, and the texts it holds."""
    nodes = list(ast.walk(ast.parse(code.python)))
    called = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    return called, [str(node.value) for node in nodes if isinstance(node, ast.Constant)]

"""The mutations: each breaks one line that is there, a test guards it, and README lists it."""

import ast
from pathlib import Path

import pytest

from tests import mutations

README = Path(mutations.__file__).with_name("README.md").read_text(encoding="utf-8")

each = pytest.mark.parametrize("mutation", mutations.MUTATIONS, ids=lambda mutation: mutation.name)


@each
def test_a_mutation_changes_one_line_that_is_there_and_a_test_guards_it(mutation):
    home = mutations.home_of(mutation)
    text = home.read_text(encoding="utf-8")
    changed = text.replace(mutation.old, mutation.new)
    assert changed != text
    if home.suffix == ".py":
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(text))
    assert mutations.guard_of(mutation)


@each
def test_the_readme_lists_it(mutation):
    assert f"| {mutation.name} | {mutation.breaks} | `{mutation.test}` |" in README


def test_a_line_that_is_no_longer_there_is_named():
    gone = mutations.Mutation("gone", "", "a line that is not in the package", "", "")
    with pytest.raises(ValueError, match="gone: its line is in the package 0 times"):
        mutations.home_of(gone)
    with pytest.raises(ValueError, match="gone: no test is called test_nothing"):
        mutations.guard_of(gone._replace(test="test_nothing"))


def test_an_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit):
        mutations.main(["no-such"])
    assert "no mutation is called no-such" in capsys.readouterr().err

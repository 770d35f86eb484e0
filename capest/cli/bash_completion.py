"""The Tab key in bash, which takes ``=`` and ``:`` for the ends of words."""

from __future__ import annotations

import os
import re

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    split_arg_string,
)

_BREAKS = "=:"
_WORDS, _PLACE, _BREAKS_OF_SHELL = "COMP_WORDS", "COMP_CWORD", "COMP_WORDBREAKS"

_SOURCE = r"""
%(complete_func)s() {
    local IFS=$'\n'
    local response type value completion

    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \
        COMP_WORDBREAKS="$COMP_WORDBREAKS" %(complete_var)s=bash_complete $1)

    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"

        if [[ $type == 'dir' ]]; then
            COMPREPLY=()
            compopt -o dirnames
        elif [[ $type == 'file' ]]; then
            COMPREPLY=()
            compopt -o default
        elif [[ $type == 'plain' ]]; then
            COMPREPLY+=("$value")
            # Something follows at once.
            if [[ $value == *[=/-] ]]; then
                compopt -o nospace
            fi
        fi
    done

    return 0
}

%(complete_func)s_setup() {
    complete -o nosort -F %(complete_func)s %(prog_name)s
}

%(complete_func)s_setup;
"""


class WholeWordsBash(BashComplete):
    """Completion whose words are those of the command: ``beams.allocation=random`` is one."""

    name = "bash"
    source_template = _SOURCE

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is typed, and that one."""
        place = int(os.environ[_PLACE])
        said = os.environ[_WORDS]
        # Words of bash end with line ends; the last one is empty where one is begun. A script that
        # an earlier version printed has spaces between them.
        words = (said.split("\n") if "\n" in said else split_arg_string(said))[: place + 1]
        words += [""] * (place + 1 - len(words))
        whole = joined(words, self._breaks())
        return whole[1:-1], whole[-1]

    def format_completion(self, item: CompletionItem) -> str:
        """Return what bash puts in place of the last piece of a word."""
        value = str(item.value)
        breaks = self._breaks()
        if item.type == "plain" and breaks:
            typed = self.get_completion_args()[1]
            begun = re.match(f".*[{re.escape(breaks)}]", typed)
            value = value.removeprefix(begun[0]) if begun else value
        if os.path.exists(str(item.value)) or re.search(r"\s", value):
            value = re.sub(r"([\s'\"\\$&|;<>()`*?\[\]{}!#])", r"\\\1", value)
        return f"{item.type},{value}"

    @staticmethod
    def _breaks() -> str:
        """Of `_BREAKS`, those that end words in this shell."""
        said = os.environ.get(_BREAKS_OF_SHELL, _BREAKS)
        return "".join(each for each in _BREAKS if each in said)


def joined(words: list[str], breaks: str) -> list[str]:
    """Join the pieces that a shell makes of a word at some characters.

    Parameters
    ----------
    words : list of str
        The last one is being typed.
    breaks : str
        Characters that are pieces of their own.
    """
    found: list[str] = []
    open_end = False
    for word in words:
        is_break = bool(word) and bool(breaks) and not word.strip(breaks)
        if found and (is_break or open_end):
            found[-1] += word
        else:
            found.append(word)
        open_end = is_break
    return found


add_completion_class(WholeWordsBash)

"""Who is meant by a given name, by "cùng phòng" or by a correction; and how found contacts are kept. Called by the contacts flow.

Invariant: only the directory's contacts; of a name that several bear, all are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flows.content import Contact, Directory
from flows.directory.contact_facts import named_by_two, of_the_name
from flows.directory.follow_ups import asks_for_a_colleague, corrected_to, corrects, seeks_by_name
from flows.directory.mention import Mention
from flows.text.fold import words


def listed(
    ids: Sequence[str], about: str = "", blocks: Iterable[str] = ()
) -> tuple[str, dict[str, str | None]]:
    """The step that shows these contacts, and what to keep: a list stays when one of it is looked at, for the way back."""
    kept: dict[str, str | None] = {"blocks": " ".join(blocks) or None, "again": None}
    if len(ids) == 1:
        return "one", {"one": ids[0], **kept}
    return "several", {"contacts": " ".join(ids), "about": about, **kept}


def by_block(blocks: Sequence[str], *, unsure: bool) -> dict[str, str | None]:
    """What the step that tells the blocks apart keeps; `unsure`: one of them is meant, it is not known which."""
    return {"blocks": " ".join(dict.fromkeys(blocks)), "unsure": "yes" if unsure else None}


def sought_by_name(
    directory: Directory, people: Sequence[Contact], shown: Sequence[Contact], mentions: Mention, plain: str
) -> list[Contact]:
    """Of the one who is called by a given name, everybody who bears it; one alone where the department or block is named too."""
    given = words(people[0].name)[-1].plain
    if len(people) != 1 or people[0] in shown or not seeks_by_name(plain, given):
        return []
    if not all(set(row) & set(people[0].blocks) for row in mentions.rows):
        return []
    if mentions.departments and people[0].department not in mentions.departments:
        return []
    alone = bool(mentions.departments or mentions.rows)
    return list(people) if alone else of_the_name(directory.contacts, given)


def meant_beside(
    directory: Directory, shown: Sequence[Contact], mentions: Mention, text: str
) -> list[Contact]:
    """Somebody else than those shown: who sits in their room, or whose name was meant ("trật rồi, Tuấn Hải kìa")."""
    typed = words(text)
    if mentions.rows:
        return []
    if asks_for_a_colleague(" ".join(w.plain for w in typed)):
        rooms = {c.department for c in shown}
        theirs = [c for c in directory.contacts if c.department in rooms and c not in shown]
        said = {w.plain for w in typed}
        return [c for c in theirs if words(c.name)[-1].plain in said] or theirs
    meant = named_by_two(directory.contacts, words(corrected_to(text))) if corrects(text) else []
    return meant if len(meant) == 1 else []

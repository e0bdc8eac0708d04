"""Questions edited by staff, and what was not understood: kept, told, and dropped in time. Rule: on both databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.__main__ import main
from data.knowledge import misses, question_edits
from data.knowledge.content import load_content
from data.knowledge.question_files import QUESTIONS_DIR
from data.tables import misses as misses_table
from flows.understanding.question_finder import find_questions, missed
from tests.houses import House

CONTENT = load_content()
FILE = (QUESTIONS_DIR / "password" / "otp-het-han.md").read_text(encoding="utf-8")
NEW = FILE.replace("OTP có 6 số", "Mã OTP gồm 6 số")
DAY = 86400.0


async def test_an_edit_holds_from_then_on_and_every_version_is_kept(house: House) -> None:
    async with house.db.writing() as connection:
        await question_edits.keep(connection, CONTENT, "otp-het-han", NEW, "Lan", 1000.0)
        await question_edits.keep(
            connection, CONTENT, "otp-het-han", NEW.replace("6 số", "sáu số"), "Minh", 2000.0
        )
    async with house.db.reading() as connection:
        item = (await question_edits.edited(connection, CONTENT)).questions.item("otp-het-han")
        past = await question_edits.history(connection, "otp-het-han")
        assert await question_edits.newest(connection) == past[0].id
    assert item is not None
    assert item.answer.startswith("Mã OTP gồm sáu số")
    assert [(e.who, e.at) for e in past] == [("Minh", 2000.0), ("Lan", 1000.0)]
    assert past[1].body == NEW


async def test_an_edit_taken_back_lets_the_file_hold(house: House) -> None:
    async with house.db.writing() as connection:
        await question_edits.keep(connection, CONTENT, "otp-het-han", NEW, "Lan", 1000.0)
        await question_edits.keep(connection, CONTENT, "otp-het-han", "", "Lan", 2000.0)
    async with house.db.reading() as connection:
        present = await question_edits.edited(connection, CONTENT)
        assert len(await question_edits.history(connection, "otp-het-han")) == 2
    assert present.questions.item("otp-het-han") == CONTENT.questions.item("otp-het-han")


async def test_a_new_item_is_found_at_once(house: House) -> None:
    wordings = "\n".join(f'  - "quầy số {n} phát phiếu bốc thăm may mắn ở đâu"' for n in range(1, 9))
    head, _, rest = FILE.partition("wordings:\n")
    body = f"{head.replace('otp-het-han', 'boc-tham').replace('faq: [44]', 'faq: []')}wordings:\n{wordings}\n---\nỞ quầy 1; gọi 1900 9068.\n"
    assert rest
    async with house.db.writing() as connection:
        await question_edits.keep(connection, CONTENT, "boc-tham", body, "Lan", 1000.0)
    async with house.db.reading() as connection:
        present = await question_edits.edited(connection, CONTENT)
    found = find_questions("phat phieu boc tham may man o dau", present)
    near = (
        {q.id for q in found.alternatives}
        | {c.item.id for c in found.candidates}
        | {found.item.id if found.item else ""}
    )
    assert "boc-tham" in near


@pytest.mark.parametrize(
    ("item", "body", "says"),
    [
        ("otp-het-han", "no front matter", "phải mở đầu"),
        ("otp-het-han", FILE.replace("id: otp-het-han", "id: other"), "phải là “otp-het-han”"),
        ("nothing-there", "", "không có tệp nào"),
    ],
)
async def test_an_edit_that_is_none_is_refused_in_one_sentence(
    sqlite_house: House, item: str, body: str, says: str
) -> None:
    async with sqlite_house.db.writing() as connection:
        with pytest.raises(ValueError, match=says):
            await question_edits.keep(connection, CONTENT, item, body, "Lan", 1000.0)


async def test_an_edit_that_can_no_longer_be_read_leaves_the_file(sqlite_house: House) -> None:
    from data.tables import knowledge

    async with sqlite_house.db.writing() as connection:
        await connection.execute(knowledge.insert().values(item="otp-het-han", body="old", who="Lan", at=1.0))
    async with sqlite_house.db.reading() as connection:
        present = await question_edits.edited(connection, CONTENT)
    assert present.questions.item("otp-het-han") == CONTENT.questions.item("otp-het-han")


ASKING = FILE.rpartition("---")[0] + "---\nAnh/chị gửi mã OTP vừa nhận cho cán bộ để cán bộ nhập giúp.\n"


async def test_an_item_that_asks_for_a_secret_is_not_kept(sqlite_house: House) -> None:
    """Seen to fail: `keep` without `_trouble`; what an item answers goes to everybody who asks."""
    async with sqlite_house.db.writing() as connection:
        with pytest.raises(ValueError, match="yêu cầu hoặc chứa mật khẩu"):
            await question_edits.keep(connection, CONTENT, "otp-het-han", ASKING, "Lan", 1000.0)
        assert await question_edits.history(connection, "otp-het-han") == []


async def test_an_item_kept_under_older_rules_that_asks_for_a_secret_leaves_the_file(house: House) -> None:
    """Seen to fail: `edited` without `_trouble`."""
    from data.tables import knowledge

    async with house.db.writing() as connection:
        await connection.execute(
            knowledge.insert().values(item="otp-het-han", body=ASKING, who="Lan", at=1.0)
        )
    async with house.db.reading() as connection:
        present = await question_edits.edited(connection, CONTENT)
    assert present.questions.item("otp-het-han") == CONTENT.questions.item("otp-het-han")


async def test_what_was_missed_is_counted_and_goes_in_time(house: House) -> None:
    async with house.db.writing() as connection:
        await misses.note(house.db, connection, "lam sao vay", 0.0, days=30)
        await misses.note(house.db, connection, "the kia", 40 * DAY, days=30)
        await misses.note(house.db, connection, "the kia", 41 * DAY, days=30)
    async with house.db.reading() as connection:
        assert await misses.listed(connection, 10) == [misses.Miss("the kia", 2, 40 * DAY, 41 * DAY)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("cái thẻ của tui sao kỳ vậy 0900000001", "cai the cua toi sao ky vay"),
        ("thẻ bhyt Xqzwvk bị sao vậy", "the bhyt … bi sao vay"),
        ("Xqzwvk Jkltrm", ""),
        ("482913", ""),
        ("lan1983@gmail.com", ""),
    ],
)
def test_what_is_kept_of_a_missed_text_has_no_numbers_and_no_strange_words(text: str, kept: str) -> None:
    assert missed(text, CONTENT.questions) == kept


async def test_a_text_nobody_understood_is_counted_and_a_name_in_a_look_up_is_not(
    sqlite_house: House,
) -> None:
    from tests.doors import Stage  # noqa: F401  # the doors are made ready

    async def said(address: str, *texts: str) -> None:
        from flows.engine.events import Said

        for n, text in enumerate(texts):
            await sqlite_house.turns.take(
                address, f"{address}-{n}", lambda state, at, text=text: Said(text, at), pushed=False
            )

    await said("terminal:a", "màu xanh của máy", "màu xanh của máy")
    await said("terminal:b", "tra cuu", "đồng ý", "màu xanh của máy")
    async with sqlite_house.db.reading() as connection:
        rows = (await connection.execute(select(misses_table.c.words, misses_table.c["count"]))).all()
    assert [tuple(r) for r in rows] == [(missed("màu xanh của máy", CONTENT.questions), 2)]


def test_the_commands_edit_and_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TROLY_DATA_DIR", str(tmp_path))
    file = tmp_path / "new.md"
    file.write_text(NEW, encoding="utf-8")
    assert main(["questions", "edit", "otp-het-han", "--as", "Lan", "--file", str(file)]) == 0
    assert main(["questions", "show", "otp-het-han"]) == 0
    assert capsys.readouterr().out.endswith(NEW)
    assert main(["questions", "history", "otp-het-han", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["who"] == "Lan"
    assert main(["questions", "edit", "otp-het-han", "--as", "Lan", "--undo"]) == 0
    assert main(["questions", "show", "otp-het-han"]) == 0
    assert capsys.readouterr().out.endswith(FILE)
    assert main(["questions", "show", "../office"]) == 1
    assert main(["questions", "list", "--json"]) == 0
    assert main(["questions", "misses"]) == 0

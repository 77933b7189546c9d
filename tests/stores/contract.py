"""What every store must do. A store's own test module derives from `StoreContract` and gives the fixture ``place``."""

from __future__ import annotations

import os
from typing import Any

import polars as pl
import pytest
from books import application, applications, change, derived, grown, grown_book, keys_of, persons_of, rows
from contract_history import HistoryContract, Place, put, read
from contract_outside import OutsideContract
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fraudgraph import model
from fraudgraph.errors import StoreBusy, StoreError, UsageError
from fraudgraph.stores import Version, users
from fraudgraph.stores.port import DERIVED, USERS, USES


class StoreContract(HistoryContract, OutsideContract):
    @pytest.fixture
    def place(self) -> Place:
        raise NotImplementedError

    # --- an empty store

    def test_an_empty_store_has_night_nought_and_empty_tables(self, place: Place) -> None:
        with place().snapshot() as reader:
            assert reader.night == 0
            for table in (model.APPLICATIONS, model.RELATIONS, model.LINKS, USES, *DERIVED):
                assert reader.table(table.name).equals(table.empty())
            assert reader.table("keys").columns == ["application_id"]
            assert reader.events().columns == ["night", *model.GANG_EVENTS.schema]
            assert reader.batches() == []
            assert reader.calibration() is None
            assert reader.ruleset() is None
            assert reader.settings() == {}
            assert reader.labels().equals(model.LABELS.empty())
            assert reader.at(0).night == 0
            with pytest.raises(ValueError, match="night"):
                reader.batch_table("rejects", 0)
        assert place().check() == []

    def test_what_was_told_ahead_counts_for_nothing_before_it_is_applied(self, place: Place) -> None:
        first, other = grown(1, 12), grown(1, 9)
        store = place()
        with store.lock() as writer:
            writer.ahead(first.applications, first.keys)
            with store.snapshot() as reader:
                assert reader.night == 0
                assert reader.table("applications").is_empty()
        with store.snapshot() as reader:
            assert reader.night == 0
        with store.lock() as writer:
            writer.ahead(other.applications, other.keys)
            writer.apply(first)
        assert_frame_equal(read(store, "applications"), grown_book(1, 12))
        assert store.check() == []
        with store.lock() as writer:
            later = grown(2, 12)
            writer.ahead(later.applications, later.keys)
            writer.apply(later)
        assert_frame_equal(read(store, "applications"), grown_book(2, 12))
        assert store.check() == []

    # --- facts

    def test_facts_come_back_as_they_went_in_whatever_their_order(self, place: Place) -> None:
        frame = applications(range(40))
        shuffled = frame.sample(fraction=1.0, shuffle=True, seed=3)
        put(place(), change(0, shuffled, persons_of(frame)))
        assert_frame_equal(read(place(), "applications"), frame)
        assert_frame_equal(read(place(), "keys"), keys_of(frame))
        assert_frame_equal(read(place(), "membership"), persons_of(frame)["membership"].sort("application_id"))
        assert_frame_equal(read(place(), "persons"), persons_of(frame)["persons"].sort("person_id"))

    def test_equal_times_are_ordered_by_id(self, place: Place) -> None:
        at = application(1)["applied_at"]
        frame = applications([5, 3, 4], applied_at=at)
        put(place(), change(0, frame))
        assert read(place(), "applications")["application_id"].to_list() == ["A00003", "A00004", "A00005"]
        assert read(place(), "keys")["application_id"].to_list() == ["A00003", "A00004", "A00005"]

    def test_every_column_of_an_application_is_kept(self, place: Place) -> None:
        values: dict[Any, Any] = {pl.String: "x 王, '\"\n", pl.Float64: -0.1, pl.Date: pl.Series(["2001-02-03"]).str.to_date()[0]}
        full = {column: values.get(dtype, application(1)["applied_at"]) for column, dtype in model.APPLICATIONS.schema.items()}
        frame = rows(model.APPLICATIONS, full, {**application(2), "phone": ""})
        put(place(), change(0, frame, {}))
        assert_frame_equal(read(place(), "applications"), frame.sort("applied_at", "application_id"))

    def test_keys_of_a_slot_that_only_some_nights_have(self, place: Place) -> None:
        first, second = applications([1]), applications([2], email="a@b.c")
        put(place(), change(0, first))
        more = keys_of(second).drop("phone.own").with_columns(pl.lit("a@b.c").alias("email.own"))
        put(place(), change(1, second, persons_of(applications([1, 2])), keys=more))
        assert read(place(), "keys", 1).columns == keys_of(first).columns
        found = read(place(), "keys")
        assert found["email.own"].to_list() == [None, "a@b.c"]
        assert found["phone.own"].to_list() == ["+86" + str(first["phone"][0]), None]

    def test_a_correction_is_a_new_version(self, place: Place) -> None:
        put(place(), change(0, applications([1, 2])))
        put(place(), change(1, applications([2], amount=7.0), persons_of(applications([1, 2]))))
        assert read(place(), "applications", 1)["amount"].to_list() == [100.0, 200.0]
        assert read(place(), "applications", 2)["amount"].to_list() == [100.0, 7.0]
        assert place().check() == []

    def test_relations_that_are_given_again_add_their_weight(self, place: Place) -> None:
        tie = {"source": "A1", "target": "A2", "kind": "call", "weight": 1.5}
        dated = {**tie, "applied_at": application(1)["applied_at"]}
        other = {**tie, "kind": "transfer"}
        put(place(), change(0, applications([1]), relations=rows(model.RELATIONS, tie, dated)))
        put(place(), change(1, applications([]), persons_of(applications([1])), relations=rows(model.RELATIONS, tie, other)))
        assert_frame_equal(read(place(), "relations", 1), rows(model.RELATIONS, tie, dated))
        assert_frame_equal(read(place(), "relations"), rows(model.RELATIONS, {**tie, "weight": 3.0}, dated, other))

    def test_uses_and_links_follow_from_keys_and_persons(self, place: Place) -> None:
        frame = applications(range(60))
        put(place(), change(0, frame))
        uses = [
            (row["application_id"], slot.kind, row[slot.name], slot.role, applied_at)
            for row, applied_at in zip(keys_of(frame).iter_rows(named=True), frame["applied_at"], strict=True)
            for slot in model.SLOTS
            if row.get(slot.name) is not None
        ]
        expected = pl.DataFrame(uses, schema=USES.schema, orient="row").sort(list(USES.schema))
        assert_frame_equal(read(place(), "uses"), expected)
        person = dict(persons_of(frame)["membership"].select("application_id", "person_id").iter_rows())
        times: dict[tuple[str, str, str, str], list[Any]] = {}
        for application_id, kind, key, role, used_at in uses:
            times.setdefault((person[application_id], kind, key, role), []).append(used_at)
        links = [(*names, min(at), max(at), len(at)) for names, at in sorted(times.items())]
        assert_frame_equal(read(place(), "links"), pl.DataFrame(links, schema=model.LINKS.schema, orient="row"))
        some = read(place(), "uses", where={"kind": ["device", "building"], "key": ["dev-3", "Mill Lane"]})
        assert_frame_equal(some, expected.filter(pl.col("key").is_in(["dev-3", "Mill Lane"])))
        assert read(place(), "uses", where={"kind": ["email"]}).equals(USES.empty())  # a kind that this book has not

    def test_columns_and_where_choose(self, place: Place) -> None:
        frame = applications(range(20))
        put(place(), change(0, frame))
        found = read(place(), "applications", columns=["phone", "application_id"], where={"device_id": ["dev-1", "it's"]})
        assert_frame_equal(found, frame.filter(pl.col("device_id") == "dev-1").select("phone", "application_id"))
        keys = read(place(), "keys", columns=["device.own"], where={"device.own": ["dev-2"], "application_id": ["A00015", "A00003"]})
        assert keys.rows() == [("dev-2",)]
        assert read(place(), "applications", where={"application_id": []}).height == 0

    @pytest.mark.parametrize(
        ("name", "how"),
        [
            ("nothing", {}),
            ("book", {}),
            ("applications", {"columns": ["phone; DROP"]}),
            ("persons", {"where": {"no": ["x"]}}),
            ("persons", {"where": {"applications": ["1"]}}),
        ],
    )
    def test_an_unknown_table_or_column_is_a_mistake(self, place: Place, name: str, how: dict[str, Any]) -> None:
        put(place(), change(0, applications([1])))
        with pytest.raises(ValueError, match=r"column|table"):
            read(place(), name, **how)

    # --- what was derived

    def test_a_partial_change_opens_replaces_and_closes(self, place: Place) -> None:
        def community(number: int, person: int) -> dict[str, str]:
            return {"community_id": f"C-{number}", "person_id": f"P-{person}"}

        def verdict(number: int, mean: float) -> dict[str, Any]:
            return {"community_id": f"C-{number}", "mean_intent": mean, "flagged": mean > 0.5, "grade": ""}

        before = {
            "communities": rows(model.COMMUNITIES, community(1, 1), community(1, 2), community(2, 3)),
            "verdicts": rows(model.VERDICTS, verdict(1, 0.1), verdict(2, 0.2)),
        }
        put(place(), change(0, applications([]), before))
        partial = change(
            1,
            applications([]),
            whole=False,
            derived={
                "verdicts": rows(model.VERDICTS, verdict(2, 0.9), verdict(3, 0.3)),
                "communities": rows(model.COMMUNITIES, community(3, 4)),
            },
            closed={"communities": rows(model.COMMUNITIES, community(1, 2)), "verdicts": pl.DataFrame({"community_id": ["C-1", "C-9"]})},
        )
        put(place(), partial)
        assert_frame_equal(read(place(), "communities"), rows(model.COMMUNITIES, community(1, 1), community(2, 3), community(3, 4)))
        assert_frame_equal(read(place(), "verdicts"), rows(model.VERDICTS, verdict(2, 0.9), verdict(3, 0.3)))
        for name, frame in before.items():
            assert_frame_equal(read(place(), name, 1), frame)

    @settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_any_course_of_nights_is_remembered(self, place: Place, data: st.DataObject) -> None:
        """Against a model: a dictionary from a row's name to its values, one a night."""
        names, values = st.sampled_from("abcde"), st.sampled_from([None, 0.25, 0.5])
        state: dict[str, float | None] = {}
        history: list[dict[str, float | None]] = [{}]
        for night in range(1, data.draw(st.integers(2, 3)) + 1):
            whole = night == 1 or data.draw(st.booleans())
            opened = data.draw(st.dictionaries(names, values))
            closed = [] if whole else data.draw(st.lists(names, unique=True))
            state = dict(opened) if whole else {**{k: v for k, v in state.items() if k not in closed}, **opened}
            persons = rows(model.PERSONS, *({"person_id": name, "intent": value} for name, value in opened.items()))
            given_rows = {"persons": persons} if not whole else derived(persons=persons)
            closing = {} if whole else {"persons": pl.DataFrame({"person_id": closed}, schema={"person_id": pl.String})}
            what = change(night - 1, applications([]), whole=whole, derived=given_rows, closed=closing, replace=night == 1)
            assert put(place(), what) == night
            history.append(state)
        for night, expected in enumerate(history):
            found = read(place(), "persons", night, columns=["person_id", "intent"])
            assert found.rows() == sorted(expected.items()), f"night {night}"

    # --- what belongs to a batch

    def test_a_batch_keeps_what_came_in(self, place: Place) -> None:
        order = rows(model.INPUT_ORDER, {"application_id": "A00002", "position": 0}, {"application_id": "A00001", "position": 1})
        reject = rows(model.REJECTS, *({"level": "row", "file": f, "line": n, "reason": "why"} for f, n in (("b", 2), ("a", 9), ("a", 1))))
        put(place(), change(0, applications([1, 2]), input_order=order, rejects=reject, summary={"rows": 2, "为": [1.5, None]}))
        put(place(), change(1, applications([3]), persons_of(applications([1, 2, 3])), command="nightly"))
        with place().snapshot() as reader:
            assert_frame_equal(reader.batch_table("input_order", 1), order)
            assert_frame_equal(reader.batch_table("rejects", 1), reject)
            assert reader.batch_table("input_order", 2).rows() == [("A00003", 0)]
            assert reader.batch_table("rejects", 2).equals(model.REJECTS.empty())
            first, second = reader.batches()
            assert (first.night, first.digest, first.command, first.summary) == (1, "digest 1", "run", {"rows": 2, "为": [1.5, None]})
            assert (second.night, second.command) == (2, "nightly")
            assert second.known_at > first.known_at
            with pytest.raises(ValueError, match="night"):
                reader.batch_table("rejects", 3)
            with pytest.raises(ValueError, match="table"):
                reader.batch_table("applications", 1)
        with place().snapshot(1) as reader:
            assert [batch.night for batch in reader.batches()] == [1]

    def test_gang_events_are_added_up(self, place: Place) -> None:
        def event(gang: str, what: str) -> dict[str, str]:
            return {"gang_id": gang, "event": what, "from_ids": "", "cause_application": "A00001"}

        put(place(), change(0, applications([1]), gang_events=rows(model.GANG_EVENTS, event("G-2", "born"), event("G-1", "born"))))
        grown_since = rows(model.GANG_EVENTS, event("G-1", "grown"))
        put(place(), change(1, applications([2]), persons_of(applications([1, 2])), gang_events=grown_since))
        with place().snapshot() as reader:
            assert [row[:3] for row in reader.events().iter_rows()] == [(1, "G-2", "born"), (1, "G-1", "born"), (2, "G-1", "grown")]
            assert [row[:3] for row in reader.events("G-1").iter_rows()] == [(1, "G-1", "born"), (2, "G-1", "grown")]
        with place().snapshot(1) as reader:
            assert reader.events("G-1").height == 1

    def test_documents_and_settings_are_versioned(self, place: Place) -> None:
        book = persons_of(applications([1]))
        put(place(), change(0, applications([1]), calibration=Version("c1", {"T": 0.4}), settings={"seed": 1, "scale": ""}))
        put(place(), change(1, applications([]), book, ruleset=Version("r1", {"为": [1]}), settings={"scale": "0-100"}))
        put(place(), change(2, applications([]), book, calibration=Version("c2", {"T": 0.5}), ruleset=Version("r1", {"为": [1]})))
        expected = [
            (1, Version("c1", {"T": 0.4}), None, {"seed": 1, "scale": ""}),
            (2, Version("c1", {"T": 0.4}), Version("r1", {"为": [1]}), {"seed": 1, "scale": "0-100"}),
            (3, Version("c2", {"T": 0.5}), Version("r1", {"为": [1]}), {"seed": 1, "scale": "0-100"}),
        ]
        for night, calibration, ruleset, remembered in expected:
            with place().snapshot(night) as reader:
                assert (reader.night, reader.calibration(), reader.ruleset()) == (night, calibration, ruleset)
                assert reader.settings() == remembered

    # --- who uses what

    def test_users_are_found_by_value_and_time(self, place: Place) -> None:
        frame = applications(range(40))
        put(place(), change(0, frame))
        with place().snapshot() as reader:
            uses, whose = reader.table("uses"), reader.table("membership", columns=["application_id", "person_id"])
            times = uses["used_at"]
            middle = times.sort()[len(times) // 2]
            wanted = uses.select("kind", "key").unique(maintain_order=True).with_columns(low=pl.lit(middle), high=pl.lit(times.max()))
            nobody = pl.DataFrame({"kind": ["phone", "unheard"], "key": ["nobody's", "x"], "low": [middle] * 2, "high": [middle] * 2})
            asked = pl.concat([wanted, nobody.cast(wanted.schema)])
            found = reader.users(asked)
            assert found.schema == USERS.schema
            expected = uses.filter(pl.col("used_at") >= middle).join(whose, on="application_id").select(
                "kind", "key", "application_id", "person_id", "role", "used_at"
            )
            named = asked.with_row_index("value").select("value", "kind", "key").join(found, on="value").drop("value")
            assert expected.height
            assert_frame_equal(named.select(expected.columns), expected, check_row_order=False)
            assert reader.users(asked.clear()).equals(USERS.empty())
        with place().snapshot(0) as reader:
            assert reader.users(asked).equals(USERS.empty())

    def test_users_of_a_few_values_are_those_of_many(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(users, "FEW", 60)
        frame = applications(range(90))
        put(place(), change(0, frame))
        put(place(), change(1, applications([3], phone="13999990000"), persons_of(frame)))
        for night in (1, 2):
            with place().snapshot(night) as reader:
                uses = reader.table("uses")
                values = uses.select("kind", "key").unique(maintain_order=True)
                assert len(values) > users.FEW
                asked = values.with_columns(low=pl.lit(uses["used_at"].min()), high=pl.lit(uses["used_at"].max()))
                many = asked.with_row_index("value").join(reader.users(asked), on="value").drop("value")
                for few in asked.head(200).iter_slices(25):
                    found = few.with_row_index("value").join(reader.users(few), on="value").drop("value")
                    expected = many.join(few, on=["kind", "key"], how="semi")
                    assert_frame_equal(found, expected, check_row_order=False)

    def test_values_are_found_by_how_they_end(self, place: Place) -> None:
        token = "~" + "A" * 26
        plain, hidden = application(1, phone="13800002231"), application(2, phone="138****2231")
        frame = rows(model.APPLICATIONS, plain, hidden, application(3, phone="13800002232"))
        keys = keys_of(frame).with_columns(pl.Series("phone.own", ["+8613800002231", token, "+8613800002232"]))
        put(place(), change(0, frame, keys=keys))
        with place().snapshot() as reader:
            found = reader.ending(["phone.own", "device.own", "email.own"], "2231")
            assert found.schema == USES.schema
            assert sorted(found.select("application_id", "key").rows()) == [("A00001", "+8613800002231"), ("A00002", token)]
            assert reader.ending(["phone.own"], "'; --").equals(USES.empty())
            with pytest.raises(ValueError, match="building"):
                reader.ending(["building.own"], "1")
        with place().snapshot(0) as reader:
            assert reader.ending(["phone.own"], "2231").equals(USES.empty())

    # --- one writer, many readers

    def test_a_second_writer_is_told_who_the_first_is(self, place: Place) -> None:
        with place().lock():
            with pytest.raises(StoreBusy, match=f"{os.getpid()}.*is writing") as caught, place().lock():
                pass
            assert caught.value.exit_code == 4
        put(place(), change(0, applications([1])))

    def test_a_lock_is_given_back_after_a_failure(self, place: Place) -> None:
        with pytest.raises(RuntimeError), place().lock():
            raise RuntimeError
        assert put(place(), change(0, applications([1]))) == 1

    def test_a_writer_without_its_lock_writes_nothing(self, place: Place) -> None:
        with place().lock() as writer:
            pass
        with pytest.raises(StoreError, match="lock"):
            writer.apply(change(0, applications([1])))
        with place().snapshot() as reader:
            assert reader.night == 0

    def test_a_reader_keeps_its_night_while_a_writer_applies_another(self, place: Place) -> None:
        put(place(), grown(1, 5))
        with place().lock() as writer, place().snapshot() as reader:
            assert_frame_equal(reader.table("applications"), grown_book(1, 5))
            writer.apply(grown(2, 5))
            assert reader.night == 1
            assert_frame_equal(reader.table("applications"), grown_book(1, 5))
            assert reader.settings()["night"] == 1
        assert_frame_equal(read(place(), "applications"), grown_book(2, 5))

    def test_a_held_reader_says_the_same(self, place: Place) -> None:
        put(place(), grown(1, 5))
        put(place(), grown(2, 5))
        with place().snapshot() as reader:
            with reader.held(), reader.held():
                held = [reader.table("applications"), reader.at(1).table("applications"), reader.table("keys")]
            after = [reader.table("applications"), reader.at(1).table("applications"), reader.table("keys")]
            put(place(), grown(3, 5))
        assert_frame_equal(held[0], grown_book(2, 5))
        for one, other in zip(held, after, strict=True):
            assert_frame_equal(one, other)
        with pytest.raises(UsageError, match="night"), place().snapshot() as reader, reader.held():
            reader.at(9)
        put(place(), grown(4, 5))
        assert_frame_equal(read(place(), "applications"), grown_book(4, 5))

    def test_a_change_from_another_night_is_refused(self, place: Place) -> None:
        put(place(), grown(1, 5))
        for late in (change(0, applications([9])), change(2, applications([9]))):
            with pytest.raises(StoreBusy, match="night"):
                put(place(), late)
        with place().snapshot() as reader:
            assert reader.night == 1
            assert_frame_equal(reader.table("applications"), grown_book(1, 5))

    def test_a_night_that_has_not_been_cannot_be_read(self, place: Place) -> None:
        put(place(), grown(1, 5))
        for night in (2, -1):
            with pytest.raises(UsageError, match="night"), place().snapshot(night):
                pass
        assert read(place(), "applications", 0).height == 0

    def test_replacing_starts_afresh(self, place: Place) -> None:
        for night in (1, 2):
            put(place(), grown(night, 5))
        with place().snapshot() as reader:
            assert put(place(), change(0, applications([77]), replace=True)) == 1
            with pytest.raises(StoreBusy, match="afresh"):
                reader.table("applications")
        with place().snapshot() as reader:
            assert reader.night == 1
            assert reader.table("applications")["application_id"].to_list() == ["A00077"]
            assert (reader.settings(), reader.calibration(), reader.events().height) == ({}, None, 0)
        assert place().check() == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"applications": applications([1]).drop("phone")},
            {"keys": keys_of(applications([2]))},
            {"keys": keys_of(applications([1])).rename({"phone.own": "phone.nobody"})},
            {"derived": {"membership": model.MEMBERSHIP.empty()}},
            {"derived": derived() | {"unheard": model.PERSONS.empty()}},
            {"closed": {"persons": pl.DataFrame({"person_id": ["P"]})}},
            {"whole": False, "closed": {"persons": pl.DataFrame({"person": ["P"]})}},
            {"rejects": model.PERSONS.empty()},
        ],
    )
    def test_a_change_outside_the_vocabulary_is_a_mistake(self, place: Place, wrong: dict[str, Any]) -> None:
        with pytest.raises(TypeError):
            put(place(), change(0, applications([1]), **wrong))
        with place().snapshot() as reader:
            assert reader.night == 0

    def test_a_document_that_is_no_json_leaves_the_store_as_before(self, place: Place) -> None:
        put(place(), grown(1, 5))
        book = persons_of(applications(range(6)))
        with pytest.raises((TypeError, ValueError)):
            put(place(), change(1, applications([5]), book, calibration=Version("c", {"T": float("nan")})))
        with place().snapshot() as reader:
            assert reader.night == 1
            assert_frame_equal(reader.table("applications"), grown_book(1, 5))
        assert put(place(), change(1, applications([5]), book)) == 2

    # --- soundness

    def test_a_grown_book_is_sound_at_every_night(self, place: Place) -> None:
        for night in range(1, 6):
            put(place(), grown(night, 7))
        for night in range(1, 6):
            assert_frame_equal(read(place(), "applications", night), grown_book(night, 7))
            assert read(place(), "membership", night).height == 7 * night
        assert place().check() == []

    @pytest.mark.parametrize(
        ("tables", "said"),
        [
            ({}, "every application belongs to a person"),
            ({"membership": persons_of(applications(range(4)))["membership"]}, "every application's person exists"),
            (persons_of(applications(range(6))), "every member of a person is an application"),
            ({"communities": rows(model.COMMUNITIES, {"community_id": "C", "person_id": "P-?"})}, "member of a community"),
            ({"communities": rows(model.COMMUNITIES, *({"community_id": c, "person_id": "P-A00000"} for c in "AB"))}, "two communities"),
            ({"verdicts": rows(model.VERDICTS, {"community_id": "C-?"})}, "every verdict"),
            ({"ties": rows(model.TIES, {"person_a": "P-A00000", "person_b": "P-?"})}, "every tie ends"),
            ({"gang_members": rows(model.GANG_MEMBERS, {"gang_id": "G", "person_id": "P-A00000"})}, "every gang with members"),
            ({"hubs": rows(model.HUBS, *({"kind": "ip", "key": "1", "people": n} for n in (1, 2)))}, "no two rows of hubs"),
        ],
    )
    def test_check_says_what_is_wrong(self, place: Place, tables: dict[str, pl.DataFrame], said: str) -> None:
        frame = applications(range(4))
        whole = tables if not tables or "membership" in tables else persons_of(frame) | tables
        put(place(), change(0, frame, whole))
        assert any(said in sentence for sentence in place().check())

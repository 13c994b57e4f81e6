import dataclasses
import math
import sqlite3
import subprocess
import sys
import textwrap
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nescio.errors import ConfigError, InvalidRequest, NotFound, OutOfDisk
from nescio.risk import Cut, Guarantee
from nescio.store import OutcomeLog
from nescio.types import (
    Abstained,
    Answer,
    Answered,
    Candidate,
    Evidence,
    Outcome,
    Query,
    Reason,
    Route,
    Usage,
)


def answered(id_="a", text="What is 2 + 2?", p=0.9, features=None):
    answer = Answer("4", "math", "model", Evidence(features or {"share": 0.8}), Usage(10, 5, 2, 1))
    return _outcome(id_, text, Answered(answer, p), answer)


def abstained(id_="b", reason=Reason.OUT_OF_SCOPE):
    return _outcome(id_, "Hm?", Abstained(reason, "no.", would_have_asked="math"), None)


def _outcome(id_, text, decision, answer):
    route = Route(text, (Candidate("math", 3.0, 0.8), Candidate("general", 1.0, 0.1)), 0.95)
    return Outcome(
        query=Query(id_, (), text),
        route=route,
        decision=decision,
        confidence_target=0.75,
        expert="math",
        calibration="own",
        evidence=answer and answer.evidence,
        usage=answer.usage if answer else Usage(),
        latency_s=0.5,
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "outcomes.sqlite"


@pytest.fixture
def log(path):
    with OutcomeLog(path, clock=lambda: 1000.0) as log:
        yield log


def test_recorded_outcome_comes_back(log):
    assert log.record(answered())
    (row,) = log.rows("live")
    assert (row.id, row.query, row.answer, row.decision, row.expert) == ("a", "What is 2 + 2?", "4", "answered", "math")
    assert (row.p, row.p_route, row.scope, row.confidence_target) == (0.9, 0.8, 0.95, 0.75)
    assert row.features == {"share": 0.8}
    assert row.recorded_at == 1000.0
    assert row.grade is None


def test_abstention_keeps_its_reason_and_an_unknown_p(log):
    log.record(abstained())
    (row,) = log.rows()
    assert (row.decision, row.reason) == ("abstained", "out_of_scope")
    assert math.isnan(row.p)
    assert row.features == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.text(max_size=30),
    st.dictionaries(st.text(min_size=1, max_size=5), st.floats(allow_infinity=False), max_size=4),
    st.floats(0, 1),
)
def test_what_goes_in_comes_out(tmp_path, text, features, p):
    log = OutcomeLog(tmp_path / "fresh.sqlite")
    number = len(log.rows())
    assert log.record(answered(str(number), text, p, features or {"f": math.nan}))
    row = log.rows()[-1]
    assert row.p == p
    assert row.query == text.replace("\x00", "\ufffd")
    for name, value in (features or {"f": math.nan}).items():
        assert row.features[name] == value or (math.isnan(row.features[name]) and math.isnan(value))
    log.close()


def test_text_with_lone_surrogates_is_kept_as_far_as_it_can_be(log):
    assert log.record(answered(text="odd \ud800 text"))
    assert log.rows()[0].query == "odd ? text"


def test_without_texts_only_features_and_a_hash_are_kept(path):
    with OutcomeLog(path, keep_texts=False) as log:
        log.record(answered(text="my secret question"))
        log.grade("a", "wrong", "my secret answer")
        (row,) = log.rows()
        assert row.query is None
        assert row.answer is None
        assert row.features == {"share": 0.8}
        assert len(row.key) == 16
    assert b"secret" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_roles_are_kept_apart(log):
    log.record(answered("a"), "live")
    log.record(answered("b"), "test")
    assert [row.id for row in log.rows("live")] == ["a"]
    assert [row.id for row in log.rows("test")] == ["b"]
    assert [row.id for row in log.rows()] == ["a", "b"]
    assert log.rows(expert="chemistry") == ()


def test_second_grade_replaces_the_first_and_both_stay_as_history(log):
    log.record(answered())
    log.grade("a", "right")
    log.grade("a", "wrong", "5")
    (row,) = log.rows(graded=True)
    assert row.grade == "wrong"
    assert [(one.grade, one.answer) for one in log.history("a")] == [("right", None), ("wrong", "5")]
    assert (log.counts().right, log.counts().wrong) == (0, 1)


def test_unknown_id_cannot_be_graded(log):
    with pytest.raises(NotFound, match="no completion has the id 'nope'"):
        log.grade("nope", "right")


def test_abstention_cannot_be_graded(log):
    log.record(abstained())
    with pytest.raises(InvalidRequest, match="only answers are graded"):
        log.grade("b", "right")
    assert log.rows(graded=True) == ()


def test_same_id_keeps_its_first_record(log):
    assert log.record(answered(p=0.9))
    assert not log.record(answered(p=0.1))
    assert [row.p for row in log.rows()] == [0.9]
    assert log.lost == 0


def test_counts_follow_decisions_and_reasons(log):
    for i in range(3):
        log.record(answered(f"a{i}"))
    log.record(abstained("b", Reason.OUT_OF_SCOPE))
    log.record(abstained("c", Reason.UNANSWERABLE))
    log.record(answered("t"), "test")
    counts = log.counts()
    assert (counts.answered, counts.abstained, counts.lost) == (3, 2, 0)
    assert counts.by_reason == {"out_of_scope": 1, "unanswerable": 1}


def _fill_disk(log):
    """Let the database grow no further, as a full disk would."""
    from sqlalchemy import event

    log._engine.dispose()
    event.listen(log._engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=1"))


def test_full_disk_loses_the_record_and_says_so_but_never_raises(log):
    assert log.record(answered("a"))
    _fill_disk(log)
    big = {f"feature {i}": 0.1234567 * i for i in range(2000)}
    assert not log.record(answered("big", features=big))
    assert log.lost == 1
    assert log.counts().lost == 1
    assert [row.id for row in log.rows()] == ["a"]


def test_grade_that_cannot_be_kept_is_an_error(log):
    log.record(answered("a"))
    _fill_disk(log)
    with pytest.raises(OutOfDisk, match="full"):
        log.grade("a", "wrong", "x" * 60_000)


def test_killed_process_loses_nothing_it_recorded(path):
    code = f"""
    import os, signal, sys
    sys.path.insert(0, {str(path.parent.parent)!r})
    from nescio.store import OutcomeLog
    from pathlib import Path
    sys.path.insert(0, {str(__file__.rsplit("/", 1)[0])!r})
    from test_outcome_log import answered
    log = OutcomeLog(Path({str(path)!r}))
    for i in range(20):
        assert log.record(answered(str(i)))
    log.grade("3", "right")
    os.kill(os.getpid(), signal.SIGKILL)
    """
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False, timeout=60)
    assert ran.returncode == -9
    with OutcomeLog(path) as log:
        assert len(log.rows()) == 20
        assert log.history("3")[0].grade == "right"


def test_threads_and_two_logs_write_at_the_same_time(path):
    with OutcomeLog(path) as one, OutcomeLog(path) as two:
        jobs = [
            threading.Thread(target=lambda log=log, i=i: [log.record(answered(f"{i}-{j}")) for j in range(10)])
            for i, log in enumerate((one, two, one))
        ]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        assert len(one.rows()) == 30
        assert one.lost == two.lost == 0


def test_log_of_a_later_version_is_refused(path):
    OutcomeLog(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE nescio_about SET value = '7'")
    connection.close()
    with pytest.raises(ConfigError, match="has schema 7; this nescio reads up to 3"):
        OutcomeLog(path)


def test_log_of_an_earlier_version_is_kept_and_brought_up_to_this_one(path):
    with OutcomeLog(path) as log:
        log.record(answered("old"))
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE nescio_outcomes DROP COLUMN wished")
        connection.execute("ALTER TABLE nescio_outcomes DROP COLUMN mark")
        connection.execute("UPDATE nescio_outcomes SET candidates = '[[\"math\", 0.8]]'")
        connection.execute("UPDATE nescio_about SET value = '1'")
    connection.close()
    for _ in range(2):
        with OutcomeLog(path) as log:
            log.record(answered("new"))
            old, new = log.rows()
    assert (old.wished, old.candidates[0].p_route) == (None, 0.8)
    assert new.wished["confidence_target"] is None


def test_what_was_wished_ranked_and_spent_comes_back(log):
    outcome = answered()
    wished = dataclasses.replace(outcome.query, max_risk=0.1, expert="math")
    log.record(dataclasses.replace(outcome, query=wished))
    log.record(abstained())
    row, other = log.rows()
    assert (row.wished["max_risk"], row.wished["expert"], row.wished["confidence_target"]) == (0.1, "math", None)
    assert [(one.expert, one.p_route) for one in row.candidates] == [("math", 0.8), ("general", 0.1)]
    assert (row.tokens, row.generated) == (15, True)
    assert (other.tokens, other.generated) == (0, False)


def test_a_row_tells_what_p_had_to_exceed(log):
    bound = Guarantee("max_risk", 0.05, Cut(0.87, 100, 60, 2, 45), "100 questions")
    log.record(dataclasses.replace(answered(), guarantees=(bound,)))
    assert log.rows()[0].confidence_target == 0.87


@pytest.mark.parametrize("content", [b"this is no database, and long enough to be looked at " * 20])
def test_file_that_is_no_database_is_a_clear_error(tmp_path, content):
    (tmp_path / "x.sqlite").write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be opened"):
        OutcomeLog(tmp_path / "x.sqlite")


def test_folder_in_place_of_the_file_is_a_clear_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be opened"):
        OutcomeLog(tmp_path)


def test_statements_compile_for_postgresql():
    """No server here: what can be checked is that every table and query is standard enough to compile."""
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    from nescio.store.schema import METADATA

    texts = [str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in METADATA.sorted_tables]
    assert len(texts) == 3
    assert all("CREATE TABLE" in text for text in texts)


def test_record_of_a_nan_feature_is_not_lost(log):
    assert log.record(dataclasses.replace(answered(features={"f": math.inf}), latency_s=1.0))
    assert math.isnan(log.rows()[0].features["f"])


def test_grades_of_one_answer_that_come_at_once_are_all_kept(path):
    with OutcomeLog(path) as log:
        log.record(answered("a"))
        words = ["right", "wrong"] * 12
        jobs = [threading.Thread(target=log.grade, args=("a", word)) for word in words]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        kept = [one.grade for one in log.history("a")]
        assert sorted(kept) == sorted(words)
        assert log.rows()[0].grade == kept[-1]

"""The contract decodes the same messages as in TypeScript: src/protocol/protocol.test.ts reads the same cases."""

import json
import math
from pathlib import Path

import msgspec
import pytest

from imu_sidecar import protocol_gen
from imu_sidecar.codec import parse, stringify

CASES = Path(__file__).parent / "cases"


def cases(name):
    return [pytest.param(case, id=case["name"]) for case in json.loads((CASES / name).read_text(encoding="utf-8"))]


@pytest.mark.parametrize("case", cases("messages.json"))
def test_a_message_is_accepted_or_refused_as_in_typescript(case):
    schema = getattr(protocol_gen, case["schema"])
    message = parse(json.dumps(case["message"]))
    if case["valid"]:
        decoded = msgspec.convert(message, schema)
        assert as_text(msgspec.to_builtins(decoded)) == as_text(message)
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(message, schema)


@pytest.mark.parametrize("case", cases("floats.json"))
def test_a_number_is_read_as_in_typescript(case):
    if case["value"] is None:
        with pytest.raises(ValueError):
            parse(case["text"])
        return
    expected = float(case["value"])
    found = parse(case["text"])
    assert math.isnan(found) if math.isnan(expected) else found == expected
    assert stringify(found) == case["text"]


def as_text(value):
    """Comparable, though NaN is unequal to itself and 1 is 1.0."""
    return json.dumps(json.loads(json.dumps(value), parse_int=float), sort_keys=True)


def test_non_finite_numbers_survive_at_any_depth():
    value = {"a": [1.5, math.inf, {"b": -math.inf}], "c": None, "d": ("x", math.nan)}
    back = parse(stringify(value))
    assert back["a"] == [1.5, math.inf, {"b": -math.inf}]
    assert back["d"][0] == "x" and math.isnan(back["d"][1])


def test_the_marker_of_non_finite_numbers_is_reserved():
    with pytest.raises(TypeError, match="reserved"):
        stringify({"a": {"$f": "nan"}})
    assert parse(stringify({"$f": "x", "other": 1})) == {"$f": "x", "other": 1}


def test_text_crosses_whatever_it_holds():
    text = 'a\u2028b\u2029"\\\n\x00é𝕏\ud800'
    assert parse(stringify(text)) == text
    assert stringify(text).isascii()


def test_every_operation_and_failure_has_its_place():
    assert {"hello", "selfTest", "train", "descend"} <= set(protocol_gen.OPERATIONS)
    assert protocol_gen.FAILURE_CODES["OUT_OF_MEMORY"] is True
    assert protocol_gen.FAILURE_CODES["NON_FINITE"] is False

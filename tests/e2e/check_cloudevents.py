#!/usr/bin/env python3
"""Lines of `vfjournal export` against the rules of CloudEvents 1.0 and against docs/export.md.
usage: check_cloudevents.py [--redacted] [--contiguous] FILE...
Prints "N lines, N sources, N types, N migrations". Uses nothing but the standard library."""
import json
import re
import sys
from datetime import datetime

# The attributes of the JSON format's schema, and the extensions that the lines have.
STRINGS = {"specversion", "id", "source", "type", "subject", "time", "recordedtime", "sequence", "correlationid",
           "causationid", "partitionkey", "severitytext"}
ALWAYS = STRINGS - {"subject", "correlationid", "causationid"} | {"severitynumber", "data"}
SEVERITIES = {5: "DEBUG", 9: "INFO", 13: "WARN", 17: "ERROR"}
CLASSES = {"transition": "t", "command": "c", "finished": "x", "checkpoint": "s", "journal": "j"}
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
URI_REFERENCE = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
DATA = {"seq": int, "cause": int, "boot": int, "boot_id": str, "wall_us": int, "mono_us": int, "kind": str, "note": str,
        "migration": int, "slot": str, "vf": str, "driver": str, "from": str, "to": str, "reason": str,
        "generation": int, "delay": float, "command": int, "action": str, "argv": list, "outcome": str, "status": int,
        "duration": float, "output": str, "system": str, "subsystem": str, "type": str, "mode": str, "policy": str,
        "about": str, "body": str, "body_hex": str, "digest": str, "chain": str, "masked": bool, "redacted": bool}


def pairs(items):
    assert len({key for key, _ in items}) == len(items), "a member twice"
    return dict(items)


def check_attributes(event, ids):
    assert set(event) <= STRINGS | {"severitynumber", "data"}, set(event) - STRINGS
    assert ALWAYS <= set(event), ALWAYS - set(event)
    for name, value in event.items():
        assert re.fullmatch("[a-z0-9]{1,20}", name), name
        if name in STRINGS:
            assert isinstance(value, str) and value, name
            assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in value), name
    assert event["specversion"] == "1.0"
    assert URI_REFERENCE.fullmatch(event["source"])
    assert re.fullmatch(f"/vfjournal/{UUID}/{UUID}", event["source"]), event["source"]
    for name in ("time", "recordedtime"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", event[name]), event[name]
        datetime.fromisoformat(event[name][:-1])
    assert SEVERITIES[event["severitynumber"]] == event["severitytext"]
    key = (event["source"], event["id"])
    assert key not in ids, "an id twice"
    ids.add(key)


def check_data(event, redacted):
    data = event["data"]
    for name, value in data.items():
        kind = DATA[name]
        assert isinstance(value, (int, float) if kind is float else kind), name
        assert isinstance(value, bool) == (kind is bool), name
    kind, seq = data["kind"], data["seq"]
    assert event["type"] == f"org.vfjournal.{kind}.v1"
    assert event["id"] == f"{CLASSES.get(kind, 'e')}-{seq:012d}" and event["sequence"] == f"{seq:012d}"
    assert event["source"].split("/")[2] == event["partitionkey"]
    assert ("body" in data) != ("body_hex" in data)
    assert ("cause" in data) == ("causationid" in event)
    if "cause" in data:
        assert event["causationid"].endswith(f"-{data['cause']:012d}")
    if "migration" in data:
        assert event["correlationid"] == f"{event['source'].split('/')[3]}/m-{data['migration']:012d}"
    assert ("migration" in data) == ("correlationid" in event)
    if "slot" in data and re.fullmatch("[A-Za-z][A-Za-z0-9_.-]*", data.get("vf", "x")):
        assert event["subject"] == data["slot"] + ("/" + data["vf"] if "vf" in data else "")
    if redacted:
        assert data["redacted"] is True and "chain" not in data and "digest" not in data
    else:
        assert "redacted" not in data and re.fullmatch("[0-9a-f]{32}", data["chain"])
        is_event = kind not in ("transition", "command", "checkpoint", "journal")
        assert is_event == ("digest" in data)


def main():
    arguments = sys.argv[1:]
    redacted, contiguous = "--redacted" in arguments, "--contiguous" in arguments
    files = [a for a in arguments if not a.startswith("--")]
    ids, types, sources, migrations, count, last = set(), set(), set(), set(), 0, {}
    for file in files:
        with open(file, "rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    assert line.endswith(b"\n") and len(line) <= 256 * 1024 and line.isascii()
                    assert not any(byte < 32 or byte == 127 for byte in line[:-1])
                    event = json.loads(line, object_pairs_hook=pairs)
                    check_attributes(event, ids)
                    check_data(event, redacted)
                    source, seq = event["source"], event["data"]["seq"]
                    if contiguous and source in last:
                        assert seq == last[source] + 1, "a row is left out"
                    assert seq > last.get(source, 0)
                    last[source] = seq
                except (AssertionError, KeyError, ValueError) as error:
                    sys.exit(f"{file}:{number}: {error!r}: {line[:300]!r}")
                count += 1
                types.add(event["type"])
                sources.add(source)
                migrations.add(event.get("correlationid"))
    print(f"{count} lines, {len(sources)} sources, {len(types)} types, {len(migrations - {None})} migrations")


main()

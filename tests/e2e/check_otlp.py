#!/usr/bin/env python3
"""Lines of `vfjournal export -o otlp` against the JSON encoding of OpenTelemetry's logs.proto.
usage: check_otlp.py FILE
Prints "N requests, N records, N traces"."""
import json
import re
import sys


def attributes(items):
    found = {}
    for item in items:
        assert set(item) == {"key", "value"} and len(item["value"]) == 1, item
        (kind, value), = item["value"].items()
        assert kind in ("stringValue", "intValue") and isinstance(value, str), item
        assert kind != "intValue" or re.fullmatch(r"\d+", value), item
        assert item["key"] not in found
        found[item["key"]] = value
    return found


def main():
    requests, records, traces, seen = 0, 0, set(), set()
    for line in open(sys.argv[1], encoding="ascii"):
        request = json.loads(line)
        requests += 1
        (resource,), = request.values()
        assert set(request) == {"resourceLogs"} and set(resource) == {"resource", "scopeLogs"}
        host = attributes(resource["resource"]["attributes"])
        assert host["service.name"] == "vfjournal" and host["host.id"] and host["service.instance.id"]
        (scope,) = resource["scopeLogs"]
        assert scope["scope"]["name"] == "vfjournal"
        for record in scope["logRecords"]:
            records += 1
            assert re.fullmatch(r"\d+", record["timeUnixNano"]) and re.fullmatch(r"\d+", record["observedTimeUnixNano"])
            assert record["severityNumber"] in (5, 9, 13, 17)
            about = attributes(record["attributes"])
            data = json.loads(record["body"]["stringValue"])
            assert str(data["seq"]) == about["vfjournal.seq"]
            assert record["eventName"] == f"org.vfjournal.{data['kind']}.v1"
            assert about["cloudevents.event_id"] not in seen
            seen.add(about["cloudevents.event_id"])
            assert ("traceId" in record) == ("migration" in data)
            if "traceId" in record:
                assert re.fullmatch("[0-9a-f]{32}", record["traceId"])
                traces.add((record["traceId"], data["migration"]))
    assert len({t for t, _ in traces}) == len(traces) == len({m for _, m in traces})
    print(f"{requests} requests, {records} records, {len(traces)} traces")


main()

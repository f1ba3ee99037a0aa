# Turns lines of `vfjournal export` into rows that COPY takes for the table `event`; `load` runs this.
# It knows a line only in the bytes that export prints: attributes in their order, without escapes.
# At the first other line it ends with status 1.

# Returns the value of the attribute when it begins at the byte `at`, and moves `at` past it. Returns
# "" for another attribute, and for a value that is empty, long, or has a quote or an escape.
function attribute(name, begin, value)
{
    begin = "\"" name "\":\""
    if (substr($0, at, length(begin)) != begin)
        return ""
    value = substr($0, at + length(begin), 200)
    value = substr(value, 1, index(value, "\",") - 1)
    if (value == "" || value ~ /["\\]/)
        return ""
    at += length(begin) + length(value) + 2
    return value
}

# Returns the number of one or two digits, and moves `at` past it; "" for another attribute.
function number(name, begin, value)
{
    begin = "\"" name "\":"
    if (substr($0, at, length(begin)) != begin)
        return ""
    value = substr($0, at + length(begin), 3)
    if (value !~ /^[1-9][0-9]?,/)
        return ""
    value = substr(value, 1, index(value, ",") - 1)
    at += length(begin) + length(value) + 1
    return value
}

BEGIN {
    OFS = "\002"
    rfc3339 = "^dddd-dd-ddTdd:dd:dd[.]ddddddZ$"
    gsub(/d/, "[0-9]", rfc3339)
    envelope = "{\"specversion\":\"1.0\","
    type = "^org[.]vfjournal[.][a-z]+[.]v1$"
}

{
    at = length(envelope) + 1
    id = attribute("id")
    source = attribute("source")
    kind = attribute("type")
    subject = attribute("subject")
    time = attribute("time")
    attribute("recordedtime")
    sequence = attribute("sequence")
    migration = attribute("correlationid")
    cause = attribute("causationid")
    attribute("partitionkey")
    severity = number("severitynumber")
    attribute("severitytext")
    # `at` has not moved past an attribute of another form. Then these words are not there.
    if (substr($0, at, 8) != "\"data\":{" || substr($0, length($0) - 1) != "}}" \
        || substr($0, 1, length(envelope)) != envelope || length($0) > 262144   \
        || kind !~ type || time !~ rfc3339) {
        exit 1
    }
    kind = substr(kind, 15, length(kind) - 17)
    data = substr($0, at + 7, length($0) - at - 7)
    print source, id, sequence, time, kind, subject, migration, cause, severity, data
}

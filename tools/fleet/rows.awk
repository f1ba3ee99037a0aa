# Turns lines of `vfjournal export` into rows that COPY takes for the table `event`; `load` runs this.
# It knows a line only in the bytes that export prints: attributes in their order, without escapes.
# At the first other line it ends with status 1.

# Returns the attribute when its name is the word `i`, and moves `i` past it; else returns "".
function optional(name)
{
    if (word[i] != name)
        return ""
    i += 4
    return word[i - 2]
}

# Returns the JSON of an optional attribute.
function again(name, value)
{
    return value == "" ? "" : "\"" name "\":\"" value "\","
}

BEGIN {
    OFS = "\002"
    rfc3339 = "^dddd-dd-ddTdd:dd:dd[.]ddddddZ$"
    gsub(/d/, "[0-9]", rfc3339)
}

{
    at = index($0, ",\"data\":{")
    head = substr($0, 1, at)
    split(head, word, "\"")
    id = word[8]
    source = word[12]
    kind = substr(word[16], 15, length(word[16]) - 17)
    i = 18
    subject = optional("subject")
    time = word[i + 2]
    recorded = word[i + 6]
    sequence = word[i + 10]
    i += 12
    migration = optional("correlationid")
    cause = optional("causationid")
    key = word[i + 2]
    severity = substr(word[i + 5], 2, length(word[i + 5]) - 2)
    severity_text = word[i + 8]
    # The values are those of the line when they make the same bytes again.
    if (head != "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"" source                      \
            "\",\"type\":\"org.vfjournal." kind ".v1\"," again("subject", subject) "\"time\":\"" time \
            "\",\"recordedtime\":\"" recorded "\",\"sequence\":\"" sequence "\","                     \
            again("correlationid", migration) again("causationid", cause) "\"partitionkey\":\"" key   \
            "\",\"severitynumber\":" severity ",\"severitytext\":\"" severity_text "\","              \
        || index(head, "\\") > 0 || time !~ rfc3339 || severity !~ /^[1-9][0-9]?$/                    \
        || substr($0, length($0) - 1) != "}}" || length($0) > 262144)
        exit 1
    data = substr($0, at + 8, length($0) - at - 8)
    print source, id, sequence, time, kind, subject, migration, cause, severity, data
}

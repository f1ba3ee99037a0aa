# The report of tools/dev/mutate, of the list of mutants, tests/mutants.txt and the verdicts, in
# this order. Prints a row for each source and each mutant that survived without being known to mean
# the same; fails if there is one.

function trimmed(text) {
    gsub(/^ +| +$/, "", text)
    return text
}

FNR == 1 { part++ }

part == 1 {
    split($0, column, "\t")
    file_of[FNR] = column[1]
    place[FNR] = column[1] ":" column[2]
    before[FNR] = trimmed(column[3])
    after[FNR] = trimmed(column[4])
    above[FNR] = trimmed(column[5])
}

# "FILE", perhaps "@ LINE BEFORE IT", "- LINE", "+ LINE" and, at last, the reason.
part == 2 && /^core\// {
    file = $0
    context = ""
}
part == 2 && /^@ / { context = substr($0, 3) }
part == 2 && /^- / { old = substr($0, 3) }
part == 2 && /^\+/ { known[file, context, old, trimmed(substr($0, 2))] = 1 }

function is_known(number, where) {
    return (file_of[number], where, before[number], after[number]) in known
}

part == 3 {
    file = file_of[$1]
    if (!(file in tried))
        files[++file_count] = file
    verdict = $2 == "survived" && (is_known($1, "") || is_known($1, above[$1])) ? "equal" : $2
    verdict = verdict ~ /^(broken|equal|survived)$/ ? verdict : "caught"
    tried[file]++
    count[file, verdict]++
    if (verdict == "survived")
        survivors[++survivor_count] = $1
}

END {
    printf "%-28s %7s %7s %7s %7s %9s\n", "", "mutants", "broken", "equal", "caught", "survived"
    for (i = 1; i <= file_count; i++) {
        file = files[i]
        printf "%-28s %7d %7d %7d %7d %9d\n", file, tried[file], count[file, "broken"], count[file, "equal"],
            count[file, "caught"], count[file, "survived"]
    }
    for (i = 1; i <= survivor_count; i++)
        printf "%s\n@ %s\n- %s\n+ %s\n", place[survivors[i]], above[survivors[i]], before[survivors[i]], after[survivors[i]]
    exit survivor_count > 0
}

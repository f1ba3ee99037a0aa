# What is left to try, for tools/dev/mutate --again: of what earlier runs settled (what=settled),
# the last run's verdicts and list, and the list of the new run (what=wanted), in this order, prints
# the rows of the last that are new, that survived, or that were not tried. The file named by
# `settled` is written anew. A mutant is known by its text, for lines move.

function name_of(row,    column) {
    split(row, column, "\t")
    return column[1] "\t" column[3] "\t" column[4] "\t" column[5]
}

what == "settled" { is_settled[$0] = 1 }
what == "verdicts" { verdict[$1] = $2 }
what == "list" {
    tried[name_of($0)] = 1
    if (verdict[FNR] == "" || verdict[FNR] == "survived")
        is_left[name_of($0)] = 1
}
what == "wanted" {
    name = name_of($0)
    if (!(name in is_settled) && (!(name in tried) || name in is_left))
        print
}

END {
    for (name in tried) {
        if (!(name in is_left))
            is_settled[name] = 1
    }
    for (name in is_settled)
        print name >settled
}

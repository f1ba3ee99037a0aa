# The report of tools/dev/coverage: reads llvm-cov's lcov export, and the sources that it names
# below `root`. Prints what of core/ was not run, then a table of the layers; fails below the
# limits.

BEGIN {
    layers = split("core store adapters/freebsd tools", layer, " ")
    least["core", "branches"] = 100
    least["store", "lines"] = least["adapters/freebsd", "lines"] = least["tools", "lines"] = 90
    FS = "[:,]"
}

# Which lines of the source hold no branches, or can't be reached (see tools/dev/coverage).
function read_source(path,    number, text, cases) {
    split("", source)
    split("", unbranched)
    split("", unreached)
    cases = 0
    for (number = 1; (getline text < path) > 0; number++) {
        source[number] = text
        if (text == "}" && source[number - 1] ~ /VFJ_CHECK\(false\)/)
            unreached[number] = 1
        if (text ~ /VFJ_CHECK\(|switch \(|^ *case VFJ_[A-Z_]*_COUNT:$/)
            unbranched[number] = 1
        if (text ~ /VFJ_CHECK\(false\)/)
            for (; cases >= 0; cases--)
                unreached[number - cases] = unbranched[number - cases] = 1
        cases = text ~ /^ *(case .*|default):$/ || cases > 0 && text ~ /^ *(break;|})$/ ? cases + 1 : 0
    }
    close(path)
}

function count(what, taken) {
    all[name, what]++
    taken_of[name, what] += taken
}

function missed(line, why,    text) {
    text = source[line]
    sub(/^ */, "", text)
    if (name == "core")
        printf "%s:%d: %s: %s\n", file, line, why, text
}

$1 == "SF" {
    file = substr($0, 4)
    sub("^(" root "|.*/[.][.]/)", "", file) # the latter with the base directory of ccache
    name = file
    for (i = 1; i <= layers; i++)
        if (index(file, layer[i] "/") == 1)
            name = layer[i]
    read_source(root file)
}

$1 == "DA" && !($2 in unreached) {
    count("lines", $3 > 0)
    if ($3 == 0)
        missed($2, "not run")
}

# Branches come in pairs: true, false. Those of a line of a header are its function's in one file
# after the other: they are taken together.
$1 == "BRDA" && !($2 in unbranched) {
    branch = file ~ /\.h$/ ? $2 " " $4 % 2 : NR
    if (!(branch in branch_line)) {
        branches[++branch_count] = branch
        branch_line[branch] = $2
        branch_way[branch] = $4 % 2 == 0 ? "never true" : "never false"
        branch_taken[branch] = 0
    }
    if ($5 > 0)
        branch_taken[branch] = 1
}

$1 == "end_of_record" {
    for (i = 1; i <= branch_count; i++) {
        count("branches", branch_taken[branches[i]])
        if (!branch_taken[branches[i]])
            missed(branch_line[branches[i]], branch_way[branches[i]])
    }
    branch_count = 0
    split("", branch_line)
}

function figure(name, what,    percent, low) {
    percent = all[name, what] > 0 ? 100 * taken_of[name, what] / all[name, what] : 0
    low = percent < least[name, what]
    failed = failed || low
    return sprintf("%6.2f %% of %5d%s", int(percent * 100) / 100, all[name, what],
                   low ? sprintf(" (below %d %%)", least[name, what]) : "")
}

END {
    printf "%-18s %-20s %s\n", "", "lines", "branches"
    for (i = 1; i <= layers; i++)
        printf "%-18s %-20s %s\n", layer[i], figure(layer[i], "lines"), figure(layer[i], "branches")
    exit failed
}

# The mutants of one C source of ours: for each, a line "FILE<tab>NUMBER<tab>LINE AS IT IS<tab>LINE
# AS IT WOULD BE<tab>LINE BEFORE IT". Goes by the lines that clang-format leaves: one statement, one
# label, one row of a table each. Changed are, one at a time,
#   a condition (always, never), a comparison, && and ||, a negation, a returned truth value,
#   a statement, a label of a switch and a row of a table (left out),
#   one of our enumerators (the next one), + and -, a number (one more).

function emit(line) {
    if (line != $0)
        printf "%s\t%d\t%s\t%s\t%s\n", FILENAME, FNR, $0, line, previous
}

# The line with what stands between literal quotes and in comments as underscores: same length.
function masked(line,    made, rest, start, length_) {
    rest = line
    made = ""
    while (match(rest, /"([^"\\]|\\.)*"|'([^'\\]|\\.)+'|\/\*.*\*\/|\/\*.*$/)) {
        start = RSTART
        length_ = RLENGTH
        made = made substr(rest, 1, start - 1) sprintf("%" length_ "s", "")
        rest = substr(rest, start + length_)
    }
    made = made rest
    if (length(made) == length(line))
        gsub(/ +$/, "", made)
    return made
}

# Each place of the masked line where the pattern matches, replaced: by the next enumerator, or by
# what it is without its first character.
function swap(pattern, with, skip,    at, found, text) {
    at = 0
    while (match(substr(code, at + 1), pattern)) {
        found = at + RSTART
        text = substr(code, found, RLENGTH)
        at = found + RLENGTH - 1
        if ((skip == "" || text !~ skip) && substr(code, 1, found - 1) !~ /[!=]= $/)
            emit(substr($0, 1, found - 1) (with == "next" ? "(" text " + 1)" : substr(text, 2)) substr($0, found + length(text)))
    }
}

# A comparison and its like: an operator with a blank on either side.
function operator(from, to) {
    for (at = 1; (found = index(substr(code, at), " " from " ")) > 0; at = found + 1) {
        found += at - 1
        emit(substr($0, 1, found) to substr($0, found + 1 + length(from)))
    }
}

{
    previous = current
    current = $0
}
FNR == 1 { in_comment = 0 }
in_comment || /^ *\/\*/ {
    in_comment = $0 !~ /\*\//
    next
}
/^#/ || /^ *$/ || /VFJ_CHECK\(/ || /^(static |extern |struct |enum |union )[^=]*[({]$/ { next }
/^[a-z].*[^;{]$/ && !/^(static )?const .*=/ { next } # a function's head

{
    code = masked($0)

    if (match(code, /(if|while) \(.*\)( \{)?$/)) {
        start = index(code, "(")
        head = substr($0, 1, start)
        condition = substr(code, start + 1)
        sub(/\)( \{)?$/, "", condition)
        tail = substr($0, start + 1 + length(condition))
        opened = gsub(/\(/, "(", condition)
        if (opened == gsub(/\)/, ")", condition)) {
            condition = substr($0, start + 1, length(condition))
            if (code !~ /while \(/)
                emit(head "(" condition ") || true" tail)
            emit(head "(" condition ") && false" tail)
        }
    }
    operator("==", "!=")
    operator("!=", "==")
    operator("<", "<=")
    operator("<=", "<")
    operator(">", ">=")
    operator(">=", ">")
    operator("&&", "||")
    operator("||", "&&")
    if (code !~ /^ *(static )?(const )?(struct|enum|int|unsigned|u?int[0-9]*_t|bool|char|size_t)[^=]*;$/) {
        operator("+", "-")
        operator("-", "+")
    }
    swap("!\\(?[a-z]", "without", "never")
    if (code ~ /^ *return .*;$/ && code !~ /VFJ_|NULL|^ *return [0-9]/) {
        text = $0
        sub(/return /, "return !(", text)
        sub(/;[^;]*$/, ");", text)
        emit(text)
    }
    if (code ~ /^ +(break|continue|return);$/ || code ~ /^ +[a-z_]+\(.*;$/ && code !~ /^ *(if|for|while|switch|return)/ ||
        code ~ /^ +[*a-z][][A-Za-z_0-9.>*&() -]* [-+|^&]?= .*;$/ && code !~ /^ +(const |static |struct |enum |int|unsigned |u?int[0-9]+_t |bool |char |size_t |uint|for |while )/ ||
        code ~ /^ +[*a-z][][a-z_0-9.>-]*(\+\+|--);$/)
        emit("    ;")
    if (code ~ /^ *case .*:$/ && code !~ /_COUNT:$/)
        emit("")
    else if (code !~ /^ *case /)
        swap("VFJ_[A-Z0-9_]+", "next", "_(MAX|SIZE|COUNT)$")
    if (code ~ /^ +(\[|\{|\.[a-z]).*,$/)
        emit("")
    if (code ~ /^ +return [0-9]+;$| = 0;| [-+] [0-9]+[;,)]|^enum \{.*= [0-9]+ \}|^ *[A-Z_]+ = [0-9]+,/) {
        match(code, /[ ]-?[0-9]+[;,) ]/)
        emit(substr($0, 1, RSTART) "(" substr($0, RSTART + 1, RLENGTH - 2) " + 1)" substr($0, RSTART + RLENGTH - 1))
    }
}

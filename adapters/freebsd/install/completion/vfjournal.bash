# Completion of vfjournal(8) for bash(1). The program itself says what can follow.
_vfjournal()
{
    local line=${COMP_LINE:0:COMP_POINT} words word current
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    current=${words[${#words[@]} - 1]}
    COMPREPLY=()
    while IFS= read -r word; do
        # bash replaces only what follows the last '='
        [[ $current == *=* && $COMP_WORDBREAKS == *=* ]] && word=${word#"${current%=*}="}
        COMPREPLY+=("$word")
    done < <("${words[0]}" complete "${words[@]:1}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}
complete -o default -F _vfjournal vfjournal

# Completion of vfjournal(8) for fish(1). The program itself says what can follow.
function __vfjournal_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] complete $words[2..-1] 2>/dev/null
end
complete -c vfjournal -a '(__vfjournal_complete)'

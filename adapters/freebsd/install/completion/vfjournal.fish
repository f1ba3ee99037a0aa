# Completion of vfjournal(8) for fish(1). The program itself says what can follow. Where it says
# nothing, files can follow.
function __vfjournal_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] complete $words[2..-1] 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c vfjournal -f -a '(__vfjournal_complete)'

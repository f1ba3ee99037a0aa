# One of `every` mutants, by a sum over its file, its line as it is and its line as it would be: an edit elsewhere in the file
# changes nothing about which mutants are taken.
BEGIN {
    FS = "\t"
    for (i = 1; i < 256; i++)
        number[sprintf("%c", i)] = i
}
{
    text = $1 $3 $4
    sum = 0
    for (i = 1; i <= length(text); i++)
        sum = (sum * 31 + number[substr(text, i, 1)]) % 65521
}
sum % every == 0

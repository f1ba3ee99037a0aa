/* Secrets in what people are shown. */
#include "tools/secret.h"

static bool is_end(char c)
{
    return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '\n';
}

static bool comes_before_secret(struct vfj_span word)
{
    return vfj_span_is(word, "pass") || vfj_span_is(word, "wepkey");
}

void vfj_secret_add(struct vfj_text *text, struct vfj_span line)
{
    bool is_secret = false;
    size_t i = 0;
    while (i < line.length) {
        size_t begin = i;
        while (i < line.length && !is_end(line.text[i]))
            i += line.text[i] == '\\' && i + 1 < line.length ? 2 : 1;
        struct vfj_span word = {line.text + begin, i - begin};
        bool has_word = word.length > 0;
        if (has_word && is_secret)
            vfj_text_add(text, "********");
        else
            vfj_text_add_span(text, word);
        is_secret = has_word ? !is_secret && comes_before_secret(word) : is_secret;
        if (i < line.length)
            vfj_text_add_char(text, line.text[i++]);
    }
}

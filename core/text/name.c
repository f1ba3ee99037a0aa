/* Interface names. */
#include "core/text/name.h"

#include <string.h>

#include "core/check.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool vfj_name_parse(struct vfj_span span, struct vfj_name *name)
{
    memset(name, 0, sizeof *name);
    if (span.length == 0 || span.length >= sizeof name->text || !is_letter(span.text[0]))
        return false;
    for (size_t i = 0; i < span.length; i++) {
        char c = span.text[i];
        if (!is_letter(c) && !is_digit(c) && c != '_' && c != '.' && c != '-')
            return false;
    }
    memcpy(name->text, span.text, span.length);
    return true;
}

struct vfj_name vfj_name_of(const char *string)
{
    struct vfj_name name;
    VFJ_CHECK(vfj_name_parse(vfj_span_of(string), &name));
    return name;
}

struct vfj_name vfj_name_digits(struct vfj_name name)
{
    struct vfj_name digits = {{0}};
    size_t count = 0;
    for (size_t i = 0; name.text[i] != '\0'; i++) {
        if (is_digit(name.text[i]))
            digits.text[count++] = name.text[i];
    }
    return digits;
}

struct vfj_name vfj_name_of_number(uint64_t number)
{
    struct vfj_name name = {{0}};
    struct vfj_text text = vfj_text_begin(name.text, sizeof name.text);
    vfj_text_add_u64(&text, number);
    return name;
}

struct vfj_name vfj_name_lagg(struct vfj_name unit)
{
    struct vfj_name lagg = {{0}};
    struct vfj_text text = vfj_text_begin(lagg.text, sizeof lagg.text);
    vfj_text_format(&text, "lagg%s", unit.text);
    if (text.overflow)
        return (struct vfj_name){{0}};
    return lagg;
}

bool vfj_name_has_driver(struct vfj_name name, const char *driver)
{
    size_t length = strlen(driver);
    if (strncmp(name.text, driver, length) != 0 || !is_digit(name.text[length]))
        return false;
    while (is_digit(name.text[length]))
        length++;
    return name.text[length] == '\0';
}

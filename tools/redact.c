/* Replaces names and addresses in a text by pseudonyms.
 *
 * The text is split into words and separators. A word in the list of tools/redact_words.c is not
 * replaced. Neither are numbers and names of drivers with a unit number. Every other word gets a
 * pseudonym, because only words that are known to be harmless may be passed on. */
#include "tools/redact.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/data/command.h"
#include "core/data/decision.h"
#include "core/data/event.h"
#include "store/keyed_hash.h"
#include "tools/act_as_owner.h"
#include "tools/redact_words.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum {
    KEY_MAX = 4096,
    WORD_SLOTS = 8192,  /* size of the hash table of known words, a power of two */
    CACHE_SLOTS = 4096, /* size of the cache of pseudonyms, a power of two */
    CACHED_WORD = 40,
    PSEUDONYM_SIZE = 128,
};

struct cached {
    uint8_t length; /* length of the word; 0: this element is unused */
    char word[CACHED_WORD];
    char pseudonym[PSEUDONYM_SIZE];
};

struct vfj_redactor {
    size_t key_length;
    char key[KEY_MAX];
    struct vfj_span known[WORD_SLOTS];
    struct cached cache[CACHE_SLOTS];
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Returns true when the character is part of a word. A byte that is not ASCII is part of a word,
 * because it may belong to a name. */
static bool is_of_word(char c)
{
    return is_letter(c) || is_digit(c) || (unsigned char)c >= 0x80
        || (c != '\0' && strchr("._:-", c) != NULL);
}

static uint32_t hash_of(struct vfj_span word)
{
    uint32_t hash = 2166136261U; /* the hash function is FNV-1a */
    for (size_t i = 0; i < word.length; i++) {
        unsigned char c = (unsigned char)word.text[i];
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c + 32U : c)) * 16777619U;
    }
    return hash;
}

static struct vfj_span *find_known(struct vfj_redactor *redactor, struct vfj_span word)
{
    uint32_t i = hash_of(word) % WORD_SLOTS;
    while (redactor->known[i].length != 0
           && (redactor->known[i].length != word.length
               || !vfj_bytes_equal_nocase(redactor->known[i].text, word.text, word.length)))
        i = (i + 1) % WORD_SLOTS;
    return &redactor->known[i];
}

static struct vfj_span take_part(struct vfj_span *rest, const char *separators)
{
    size_t i = 0;
    while (i < rest->length && (rest->text[i] == '\0' || strchr(separators, rest->text[i]) == NULL))
        i++;
    struct vfj_span part = {rest->text, i};
    i += i < rest->length;
    *rest = (struct vfj_span){rest->text + i, rest->length - i};
    return part;
}

/* Adds the words of a list. */
static void add_known(struct vfj_redactor *redactor, const char *list)
{
    struct vfj_span rest = vfj_span_of(list);
    while (rest.length > 0) {
        struct vfj_span word = take_part(&rest, " ");
        if (word.length > 0)
            *find_known(redactor, word) = word;
    }
}

static void add_all_known(struct vfj_redactor *redactor)
{
#define X(symbol, name) add_known(redactor, name);
    VFJ_OUTCOMES(X)
#undef X
    for (unsigned i = 0; i < VFJ_REASON_COUNT; i++)
        add_known(redactor, vfj_reason_name((enum vfj_reason)i));
    for (unsigned i = 0; i < VFJ_RECORD_KIND_COUNT; i++)
        add_known(redactor, vfj_record_kind_name(i));
    for (unsigned i = 0; i < VFJ_DEVD_COUNT; i++)
        add_known(redactor, vfj_devd_kind_name((enum vfj_devd_kind)i));
    for (unsigned i = 0; i < VFJ_COMMAND_COUNT; i++)
        add_known(redactor, vfj_command_kind_name((enum vfj_command_kind)i));
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++)
        add_known(redactor, vfj_slot_state_name((enum vfj_slot_state)i));
    for (size_t i = 0; vfj_redact_words[i] != NULL; i++)
        add_known(redactor, vfj_redact_words[i]);
}

struct vfj_redactor *vfj_redactor_open(struct vfj_span key)
{
    struct vfj_redactor *redactor = calloc(1, sizeof *redactor);
    if (redactor == NULL)
        return NULL;
    redactor->key_length = key.length < KEY_MAX ? key.length : KEY_MAX;
    if (key.length > 0)
        memcpy(redactor->key, key.text, redactor->key_length);
    add_all_known(redactor);
    return redactor;
}

void vfj_redactor_close(struct vfj_redactor *redactor)
{
    free(redactor);
}

static int read_key(const char *path, char bytes[KEY_MAX], size_t *length)
{
    FILE *file = vfj_owner_may_replace(path) ? fopen(path, "rbe") : NULL;
    *length = 0;
    if (file != NULL)
        *length = fread(bytes, 1, KEY_MAX, file);
    int error = file == NULL || ferror(file) != 0 ? errno : 0;
    if (file != NULL)
        (void)fclose(file);
    if (*length > 0)
        return VFJ_EXIT_OK;
    vfj_complain(path, error != 0 ? strerror(error) : "the key is empty");
    return VFJ_EXIT_UNUSABLE;
}

static int key_of_journal(const struct vfj_input *input, char bytes[KEY_MAX], size_t *length)
{
    struct vfj_journal *journal;
    struct vfj_identity identity = {.host = ""};
    enum vfj_status status = vfj_journal_open(&journal, input->path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        status = vfj_identity_read(journal, &identity);
    int exit_status = VFJ_EXIT_OK;
    if (status != VFJ_OK && status != VFJ_END)
        exit_status = vfj_complain_status(input->name, status, vfj_journal_detail(journal));
    struct vfj_text text = vfj_text_begin(bytes, KEY_MAX);
    vfj_text_add(&text, identity.journal);
    *length = text.length;
    vfj_journal_close(journal);
    return exit_status;
}

int vfj_redactor_open_for(struct vfj_redactor **redactor, const char *path,
                          const struct vfj_input *input)
{
    char key[KEY_MAX];
    size_t length = 0;
    int exit_status
        = path != NULL ? read_key(path, key, &length) : key_of_journal(input, key, &length);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    *redactor = vfj_redactor_open((struct vfj_span){key, length});
    return *redactor != NULL ? VFJ_EXIT_OK
                             : vfj_complain_status(input->name, VFJ_SYSTEM, "out of memory");
}

/* Computes the keyed hash of the bytes and of the letter `what`, which stands for a kind of
 * pseudonym. Equal bytes of two kinds thus get different pseudonyms. */
static void hash(const struct vfj_redactor *redactor, char what, const void *bytes, size_t length,
                 uint8_t out[VFJ_KEYED_HASH_SIZE])
{
    char message[64 + VFJ_BODY_MAX];
    struct vfj_text text = vfj_text_begin(message, sizeof message);
    vfj_text_add_char(&text, what);
    vfj_text_add_span(&text, (struct vfj_span){bytes, length});
    vfj_keyed_hash((struct vfj_span){redactor->key, redactor->key_length},
                   (struct vfj_span){text.bytes, text.length}, out);
}

/* Returns true when the word is a number that may be followed by a unit of one or two letters, such
 * as 120s, 46Z or 12px. */
static bool is_decimal(struct vfj_span word)
{
    size_t digits = 0, letters = 0;
    while (digits < word.length && is_digit(word.text[digits]))
        digits++;
    while (digits + letters < word.length && is_letter(word.text[digits + letters]))
        letters++;
    return digits > 0 && letters <= 2 && digits + letters == word.length;
}

static bool is_number(struct vfj_span word)
{
    if (word.length <= 2 || word.text[0] != '0' || word.text[1] != 'x')
        return is_decimal(word);
    for (size_t i = 2; i < word.length; i++) {
        char c = word.text[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F'))
            return false;
    }
    return true;
}

/* Returns true when the word is the name of a driver with a unit number, such as hn0. */
static bool is_interface(struct vfj_span word)
{
    char name[VFJ_NAME_SIZE + 2];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    size_t letters = 0;
    while (letters < word.length && is_letter(word.text[letters]))
        letters++;
    if (letters == 0 || word.length >= VFJ_NAME_SIZE
        || !is_number((struct vfj_span){word.text + letters, word.length - letters}))
        return false;
    vfj_text_add_char(&text, ' ');
    vfj_text_add_span(&text, (struct vfj_span){word.text, letters});
    vfj_text_add_char(&text, ' ');
    return strstr(vfj_redact_drivers, name) != NULL;
}

/* Returns true when the word consists of numbers with '-' or 'T' between them, as a date does. */
static bool is_date(struct vfj_span word)
{
    while (word.length > 0) {
        struct vfj_span part = take_part(&word, "-T");
        if (!is_number(part))
            return false;
    }
    return true;
}

/* Returns true when the word need not be replaced. A single letter need not be, because it names
 * nobody. */
static bool is_known(struct vfj_redactor *redactor, struct vfj_span part)
{
    return part.length <= 1 || is_number(part) || is_interface(part) || is_date(part)
        || find_known(redactor, part)->length != 0;
}

/* Returns true when every host may have this address, such as 127.0.0.1, or when it is a netmask:
 * one bits followed by zero bits. */
static bool is_common_ipv4(uint32_t address)
{
    uint32_t inverse = ~address;
    bool is_mask = address >> 31 != 0 && (inverse & (inverse + 1)) == 0;
    return is_mask || address == 0 || address >> 24 == 127 || address >> 28 == 14;
}

/* Adds the pseudonym of an IPv4 address, 10.x.y.z. Two addresses with a common prefix get
 * pseudonyms with a common prefix of the same length. */
static void add_ipv4(const struct vfj_redactor *redactor, struct vfj_text *text, uint32_t address)
{
    uint32_t result = 0;
    for (unsigned bit = 24; bit-- > 0;) {
        uint8_t out[VFJ_KEYED_HASH_SIZE];
        uint8_t prefix[5] = {(uint8_t)bit};
        uint32_t above = address >> (bit + 1);
        memcpy(prefix + 1, &(uint32_t){htonl(above)}, sizeof above);
        hash(redactor, '4', prefix, sizeof prefix, out);
        result |= ((address >> bit & 1) ^ (out[0] & 1)) << bit;
    }
    vfj_text_format(text, "10.%u.%u.%u", result >> 16 & 255U, result >> 8 & 255U, result & 255U);
}

static bool is_common_ipv6(const struct in6_addr *address)
{
    static const struct in6_addr zero;
    return memcmp(address, &zero, 15) == 0 || address->s6_addr[0] == 0xff;
}

/* Adds the pseudonym of an IPv6 address. It consists of two parts. The first depends on the first
 * 64 bits only, so that the pseudonyms of addresses in one network are in one network, too. */
static void add_ipv6(const struct vfj_redactor *redactor, struct vfj_text *text,
                     const struct in6_addr *address)
{
    char printed[INET6_ADDRSTRLEN];
    uint8_t network[VFJ_KEYED_HASH_SIZE], host[VFJ_KEYED_HASH_SIZE];
    struct in6_addr result = {.s6_addr = {0x20, 0x01, 0x0d, 0xb8}};
    bool is_local = address->s6_addr[0] == 0xfe && (address->s6_addr[1] & 0xc0) == 0x80;
    hash(redactor, '6', address->s6_addr, 8, network);
    hash(redactor, 'h', address->s6_addr, 16, host);
    if (is_local)
        memcpy(result.s6_addr, address->s6_addr, 8);
    else
        memcpy(result.s6_addr + 4, network, 4);
    bool is_network = memcmp(address->s6_addr + 8, &(const uint64_t){0}, 8) == 0;
    if (!is_network)
        memcpy(result.s6_addr + 8, host, 8);
    vfj_text_add(text, inet_ntop(AF_INET6, &result, printed, sizeof printed));
}

/* Returns true when the word consists of groups of hexadecimal digits with `separator` between
 * them. `lengths` has one character for each group, '0' plus the length of the group; '<' therefore
 * means twelve. */
static bool is_grouped(struct vfj_span word, char separator, const char *lengths)
{
    size_t i = 0;
    for (; *lengths != '\0'; lengths++) {
        for (int digits = *lengths - '0'; digits > 0; digits--, i++) {
            char c = i < word.length ? word.text[i] : '\0';
            if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F'))
                return false;
        }
        if (lengths[1] != '\0' && (i >= word.length || word.text[i++] != separator))
            return false;
    }
    return i == word.length;
}

static void add_mac(const struct vfj_redactor *redactor, struct vfj_text *text,
                    struct vfj_span word)
{
    uint8_t out[VFJ_KEYED_HASH_SIZE];
    hash(redactor, 'm', word.text, word.length, out);
    vfj_text_add(text, "02");
    for (size_t i = 0; i < 5; i++) {
        vfj_text_add_char(text, ':');
        vfj_text_add_hex(text, out[i], 2);
    }
}

static void add_part(struct vfj_redactor *redactor, struct vfj_text *text, struct vfj_span part)
{
    uint8_t out[VFJ_KEYED_HASH_SIZE];
    if (is_known(redactor, part)) {
        vfj_text_add_span(text, part);
        return;
    }
    hash(redactor, 'w', part.text, part.length, out);
    vfj_text_add_char(text, 'x');
    for (size_t i = 0; i < 3; i++)
        vfj_text_add_hex(text, out[i], 2);
}

/* Adds a word whose parts are joined by '.', '_' or ':', such as dev.hn.0.vf or ifconfig_wan0. Each
 * part gets a pseudonym unless it is harmless. A part with '-' in it may be the name of a host and
 * is not split. */
static void add_parts(struct vfj_redactor *redactor, struct vfj_text *text, struct vfj_span word)
{
    while (word.length > 0) {
        struct vfj_span rest = word;
        struct vfj_span part = take_part(&rest, "._:");
        add_part(redactor, text, part);
        if (part.length < word.length)
            vfj_text_add_char(text, word.text[part.length]);
        word = rest;
    }
}

/* Adds the word unchanged if it is harmless, and otherwise its pseudonym. */
static void make(struct vfj_redactor *redactor, struct vfj_text *text, struct vfj_span word)
{
    char copy[64];
    struct in_addr ipv4;
    struct in6_addr ipv6;
    uint8_t out[VFJ_KEYED_HASH_SIZE];
    bool is_short = vfj_span_copy(copy, sizeof copy, word);
    if (is_short && inet_pton(AF_INET, copy, &ipv4) == 1) {
        if (is_common_ipv4(ntohl(ipv4.s_addr)))
            vfj_text_add_span(text, word);
        else
            add_ipv4(redactor, text, ntohl(ipv4.s_addr));
    } else if (is_grouped(word, ':', "222222")) {
        add_mac(redactor, text, word);
    } else if (is_short && inet_pton(AF_INET6, copy, &ipv6) == 1) {
        if (is_common_ipv6(&ipv6))
            vfj_text_add_span(text, word);
        else
            add_ipv6(redactor, text, &ipv6);
    } else if (is_grouped(word, '-', "8444<")) {
        hash(redactor, 'u', word.text, word.length, out);
        vfj_uuid_add(text, out);
    } else {
        add_parts(redactor, text, word);
    }
}

static void add_word(struct vfj_redactor *redactor, struct vfj_text *text, struct vfj_span word)
{
    struct cached *cached = &redactor->cache[hash_of(word) % CACHE_SLOTS];
    bool is_cached
        = cached->length == word.length && memcmp(cached->word, word.text, word.length) == 0;
    if (is_cached) {
        vfj_text_add(text, cached->pseudonym);
        return;
    }
    if (word.length > CACHED_WORD) {
        make(redactor, text, word);
        return;
    }
    struct vfj_text made = vfj_text_begin(cached->pseudonym, sizeof cached->pseudonym);
    make(redactor, &made, word);
    cached->length = (uint8_t)word.length;
    memcpy(cached->word, word.text, word.length);
    vfj_text_add(text, cached->pseudonym);
}

/* Removes punctuation that is before or after a word, as in "-alias" and "failed:". Sets *before to
 * the number of characters removed in front. Two colons at the beginning or the end of an IPv6
 * address are not removed. */
static struct vfj_span trim(struct vfj_span word, size_t *before)
{
    *before = 0;
    while (word.length > 0 && strchr("-.:", word.text[0]) != NULL && !vfj_span_starts(word, "::")) {
        word = (struct vfj_span){word.text + 1, word.length - 1};
        (*before)++;
    }
    while (word.length > 0 && strchr("-.:", word.text[word.length - 1]) != NULL
           && !(word.length > 1 && word.text[word.length - 1] == ':'
                && word.text[word.length - 2] == ':'))
        word.length--;
    return word;
}

void vfj_redact_add(struct vfj_redactor *redactor, struct vfj_text *text, struct vfj_span span)
{
    size_t i = 0;
    while (i < span.length) {
        size_t begin = i, before;
        while (i < span.length && is_of_word(span.text[i]))
            i++;
        if (i == begin) {
            vfj_text_add_char(text, span.text[i++]);
            continue;
        }
        struct vfj_span word = trim((struct vfj_span){span.text + begin, i - begin}, &before);
        vfj_text_add_span(text, (struct vfj_span){span.text + begin, before});
        if (word.length > 0)
            add_word(redactor, text, word);
        size_t end = begin + before + word.length;
        vfj_text_add_span(text, (struct vfj_span){span.text + end, i - end});
    }
}

struct vfj_name vfj_redact_name(struct vfj_redactor *redactor, struct vfj_name name)
{
    char bytes[PSEUDONYM_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_name result = {{0}};
    vfj_redact_add(redactor, &text, vfj_span_of(name.text));
    (void)vfj_span_copy(result.text, sizeof result.text, vfj_span_of(bytes));
    return result;
}

static void redact_uuid(const struct vfj_redactor *redactor, char uuid[VFJ_UUID_SIZE])
{
    uint8_t out[VFJ_KEYED_HASH_SIZE];
    if (strcmp(uuid, VFJ_UUID_NONE) == 0)
        return;
    hash(redactor, 'u', uuid, strlen(uuid), out);
    struct vfj_text text = vfj_text_begin(uuid, VFJ_UUID_SIZE);
    vfj_uuid_add(&text, out);
}

void vfj_redact_identity(struct vfj_redactor *redactor, struct vfj_identity *identity)
{
    redact_uuid(redactor, identity->host);
    redact_uuid(redactor, identity->journal);
}

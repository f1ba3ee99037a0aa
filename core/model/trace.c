/* Reads the trace format, version 1, line by line. */
#include "core/model/trace.h"

#include <string.h>

#include "core/check.h"
#include "core/data/event.h"
#include "core/data/rc.h"
#include "core/model/trace_time.h"
#include "core/text/trace_quote.h"

/* The rest of the line that is being read, and the line's start, from which columns count. */
struct reader {
    struct vfj_span rest;
    const char *line;
    struct vfj_trace_error *error;
};

static bool refuse_at(struct reader *reader, const char *at, const char *what)
{
    reader->error->column = (size_t)(at - reader->line) + 1;
    reader->error->what = what;
    return false;
}

static bool refuse(struct reader *reader, const char *what)
{
    return refuse_at(reader, reader->rest.text, what);
}

static bool next_word(struct reader *reader, struct vfj_span *word, const char *what)
{
    return vfj_span_word(&reader->rest, word) ? true : refuse(reader, what);
}

static void skip_blanks(struct reader *reader)
{
    while (reader->rest.length > 0
           && (reader->rest.text[0] == ' ' || reader->rest.text[0] == '\t')) {
        reader->rest.text++;
        reader->rest.length--;
    }
}

static bool at_end(struct reader *reader)
{
    skip_blanks(reader);
    return reader->rest.length == 0 ? true : refuse(reader, "more words than the directive takes");
}

static bool read_name(struct reader *reader, struct vfj_name *name)
{
    struct vfj_span word;
    return next_word(reader, &word, "an interface name is missing")
        && (vfj_name_parse(word, name) ? true
                                       : refuse_at(reader, word.text, "not an interface name"));
}

static bool read_time_word(struct reader *reader, struct vfj_span word, struct vfj_trace_time *time)
{
    return vfj_trace_time_parse(word, time) ? true : refuse_at(reader, word.text, "not a time");
}

static bool read_event(struct reader *reader, struct vfj_trace_line *read)
{
    read->kind = VFJ_TRACE_EVENT;
    if (reader->rest.text[0] == '@') {
        struct vfj_span word;
        vfj_span_word(&reader->rest, &word);
        if (!read_time_word(reader, (struct vfj_span){word.text + 1, word.length - 1}, &read->time))
            return false;
        if (reader->rest.length < 2 || reader->rest.text[0] != ' ')
            return refuse(reader, "a time without an event");
        reader->rest = (struct vfj_span){reader->rest.text + 1, reader->rest.length - 1};
    }
    if (memchr("!+-?", reader->rest.text[0], 4) == NULL)
        return refuse(reader, "not an event (! + - ?), a directive (%) or a comment (#)");
    read->event = reader->rest;
    return true;
}

static bool read_version(struct reader *reader, uint64_t number)
{
    struct vfj_span word;
    const char *start = reader->line;
    if (number != 1)
        return refuse_at(reader, start, "%vfjournal may only be the first line");
    if (!next_word(reader, &word, "the version is missing"))
        return false;
    if (!vfj_span_is(word, "1"))
        return refuse_at(reader, word.text, "unknown version of the trace format");
    return at_end(reader);
}

static bool read_at(struct reader *reader, struct vfj_trace_line *read)
{
    struct vfj_span word;
    return next_word(reader, &word, "the time is missing")
        && read_time_word(reader, word, &read->time) && at_end(reader);
}

/* Reads NAME=VALUE. The value extends to the end of the line. */
static bool read_sysctl(struct reader *reader, struct vfj_trace_line *read)
{
    skip_blanks(reader);
    const char *equals
        = reader->rest.length > 0 ? memchr(reader->rest.text, '=', reader->rest.length) : NULL;
    if (equals == NULL || equals == reader->rest.text)
        return refuse(reader, "NAME=VALUE is missing");
    read->key = (struct vfj_span){reader->rest.text, (size_t)(equals - reader->rest.text)};
    struct vfj_span value = {equals + 1, reader->rest.length - read->key.length - 1};
    return vfj_span_copy(read->value, sizeof read->value, value)
        ? true
        : refuse_at(reader, equals + 1, "value too long");
}

static bool read_quoted(struct reader *reader, char *value, size_t size)
{
    const char *opened = reader->rest.text;
    switch (vfj_quoted_read(&reader->rest, value, size, &opened)) {
    case VFJ_QUOTED_READ:
        return true;
    case VFJ_QUOTED_OPEN:
        return refuse_at(reader, opened, "the quote is not closed");
    case VFJ_QUOTED_TOO_LONG:
        break;
    }
    return refuse(reader, "value too long");
}

static bool is_variable(struct vfj_span name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(c >= '0' && c <= '9' && i > 0))
            return false;
    }
    return name.length > 0;
}

static bool read_rc(struct reader *reader, struct vfj_trace_line *read)
{
    skip_blanks(reader);
    const char *equals
        = reader->rest.length > 0 ? memchr(reader->rest.text, '=', reader->rest.length) : NULL;
    if (equals == NULL)
        return refuse(reader, "NAME=\"VALUE\" is missing");
    read->key = (struct vfj_span){reader->rest.text, (size_t)(equals - reader->rest.text)};
    if (!is_variable(read->key))
        return refuse(reader, "not a variable name");
    reader->rest = (struct vfj_span){equals + 1, reader->rest.length - read->key.length - 1};
    if (!read_quoted(reader, read->value, sizeof read->value))
        return false;
    skip_blanks(reader);
    if (reader->rest.length > 0 && reader->rest.text[0] != '#')
        return refuse(reader, "more words than one assignment has");
    return true;
}

static bool read_norc(struct reader *reader, struct vfj_trace_line *read)
{
    if (!next_word(reader, &read->key, "a variable's name is missing"))
        return false;
    return is_variable(read->key) ? at_end(reader)
                                  : refuse_at(reader, read->key.text, "not a variable name");
}

static bool read_number(struct reader *reader, uint64_t most, uint64_t *number, const char *what)
{
    struct vfj_span word;
    return next_word(reader, &word, what)
        && (vfj_span_to_u64(word, number) && *number <= most ? true
                                                             : refuse_at(reader, word.text, what));
}

static bool read_if_address(struct reader *reader, struct vfj_interface *interface, bool inet6)
{
    struct vfj_span word;
    struct vfj_address address;
    if (!next_word(reader, &word, "an address is missing"))
        return false;
    if (!vfj_address_parse(word, &address) || vfj_address_is_inet6(&address) != inet6)
        return refuse_at(reader, word.text, "not an address of that family (ADDR/LEN)");
    /* when there is no room, this call sets interface->truncated */
    (void)vfj_interface_add_address(interface, &address);
    return true;
}

static bool read_gateway(struct reader *reader, struct vfj_address *gateway)
{
    struct vfj_span word;
    if (!next_word(reader, &word, "a gateway is missing"))
        return false;
    if (!vfj_address_parse(word, gateway) || vfj_address_is_inet6(gateway)
        || strchr(gateway->text, '/') != NULL)
        return refuse_at(reader, word.text, "not an IPv4 address without length");
    return true;
}

static bool read_gateway6(struct reader *reader, struct vfj_address *gateway)
{
    struct vfj_span word;
    if (!next_word(reader, &word, "an IPv6 gateway is missing"))
        return false;
    if (!vfj_address_parse(word, gateway) || !vfj_address_is_inet6(gateway)
        || strchr(gateway->text, '/') != NULL)
        return refuse_at(reader, word.text, "not an IPv6 address without length and scope");
    return true;
}

/* Reads the word `mtu=N`, if it comes next. The word `mtu` is that of the interface. */
static bool read_route_mtu(struct reader *reader, struct vfj_kept_route *route)
{
    struct vfj_span rest = reader->rest, word;
    if (!vfj_span_word(&rest, &word) || !vfj_span_starts(word, "mtu="))
        return true;
    reader->rest = rest;
    return vfj_kept_route_take_mtu(route, word)
        ? true
        : refuse_at(reader, word.text, "not the MTU of a route, 1 to 65535");
}

/* Reads `route DESTINATION ROUTER`, or `route DESTINATION link` for a route without a router.
 * Either may have the word `mtu=N` behind it. */
static bool read_route(struct reader *reader, struct vfj_kept_routes *routes)
{
    struct vfj_kept_route route = {.on_lagg = false};
    struct vfj_span word;
    if (!next_word(reader, &word, "a destination is missing"))
        return false;
    if (!vfj_address_parse(word, &route.destination))
        return refuse_at(reader, word.text, "not a destination (ADDR/LEN or ADDR)");
    if (!next_word(reader, &word, "a router, or the word link, is missing"))
        return false;
    if (!vfj_span_is(word, "link")
        && (!vfj_address_parse(word, &route.gateway) || strchr(route.gateway.text, '/') != NULL
            || vfj_address_is_inet6(&route.gateway) != vfj_address_is_inet6(&route.destination)))
        return refuse_at(reader, word.text,
                         "not a router of that family, without length and scope");
    if (!read_route_mtu(reader, &route))
        return false;
    vfj_kept_routes_add(routes, &route);
    return true;
}

/* Reads `vlandev PARENT` or `addm MEMBER`. */
static bool read_if_use(struct reader *reader, struct vfj_interface *interface, enum vfj_use use)
{
    struct vfj_name name;
    if (!read_name(reader, &name))
        return false;
    interface->use = (uint8_t)use;
    return vfj_interface_add_port(interface, name) ? true : refuse(reader, "too many members");
}

static bool read_if_port(struct reader *reader, struct vfj_interface *interface)
{
    struct vfj_name port;
    if (!read_name(reader, &port))
        return false;
    if (interface->laggproto == VFJ_LAGGPROTO_NONE)
        interface->laggproto = VFJ_LAGGPROTO_FAILOVER;
    return vfj_interface_add_port(interface, port) ? true : refuse(reader, "too many lagg ports");
}

/* Reads a word that has no operand. Returns false when the word is not one of these. */
static bool read_if_flag(struct vfj_span word, struct vfj_interface *interface)
{
    const struct {
        const char *word;
        bool *flag;
    } flags[] = {{"up", &interface->up},
                 {"no_dad", &interface->no_dad},
                 {"accept_rtadv", &interface->rtadv},
                 {"ifdisabled", &interface->ifdisabled},
                 {"truncated", &interface->truncated}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (vfj_span_is(word, flags[i].word))
            return *flags[i].flag = true;
    }
    if (!vfj_span_is(word, "down"))
        return false;
    interface->up = false;
    return true;
}

static void skip_bytes(struct reader *reader, size_t count)
{
    reader->rest = (struct vfj_span){reader->rest.text + count, reader->rest.length - count};
}

/* Finds the counter that the word names. Returns false when no counter has that name. */
static bool find_counter(struct vfj_span word, struct vfj_counters *counters, int64_t **counter)
{
#define X(name, member)               \
    if (vfj_span_is(word, name)) {    \
        *counter = &counters->member; \
        return true;                  \
    }
    VFJ_COUNTERS(X)
#undef X
    return false;
}

static bool read_media(struct reader *reader, struct vfj_span word, struct vfj_counters *counters)
{
    const char *before = word.text;
    reader->rest
        = (struct vfj_span){before, (size_t)(reader->rest.text + reader->rest.length - before)};
    skip_bytes(reader, sizeof "media=" - 1);
    return read_quoted(reader, counters->media, sizeof counters->media);
}

static bool read_if_word(struct reader *reader, struct vfj_span word, struct vfj_trace_if *facts)
{
    struct vfj_interface *interface = &facts->interface;
    uint64_t number = 0;
    int64_t *counter;
    if (read_if_flag(word, interface))
        return true;
    if (find_counter(word, &facts->counters, &counter)) {
        if (!read_number(reader, (uint64_t)VFJ_COUNT_MAX, &number, "a number is missing"))
            return false;
        *counter = (int64_t)number;
        return true;
    }
    if (vfj_span_starts(word, "media="))
        return read_media(reader, word, &facts->counters);
    if (vfj_span_is(word, "mtu")) {
        if (!read_number(reader, 65535, &number, "an MTU of at most 65535 is missing"))
            return false;
        interface->mtu = (uint32_t)number;
        return true;
    }
    if (vfj_span_is(word, "inet") || vfj_span_is(word, "inet6"))
        return read_if_address(reader, interface, vfj_span_is(word, "inet6"));
    if (vfj_span_is(word, "unit")) {
        if (!read_number(reader, 9999, &number, "a unit of at most 9999 is missing"))
            return false;
        facts->unit = vfj_name_of_number(number);
        return true;
    }
    if (vfj_span_is(word, "link") || vfj_span_is(word, "nolink") || vfj_span_is(word, "nomedia")) {
        facts->nomedia |= vfj_span_is(word, "nomedia");
        interface->link = vfj_span_is(word, "nolink") ? VFJ_LINK_DOWN : interface->link;
        return facts->has_link = true;
    }
    if (vfj_span_is(word, "gateway"))
        return read_gateway(reader, &facts->gateway);
    if (vfj_span_is(word, "gateway6"))
        return read_gateway6(reader, &facts->gateway6);
    if (vfj_span_is(word, "more_routes"))
        return facts->routes.truncated = true;
    if (vfj_span_is(word, "route"))
        return read_route(reader, &facts->routes);
    if (vfj_span_is(word, "dhclient"))
        return read_number(reader, INT32_MAX, &facts->dhclient, "a pid is missing");
    if (vfj_span_is(word, "vhid")) {
        interface->carp = true;
        return read_number(reader, 255, &number, "a vhid of at most 255 is missing");
    }
    if (vfj_span_is(word, "fib")) {
        bool right = read_number(reader, 65535, &number, "a FIB of at most 65535 is missing");
        if (number != 0 && interface->use == VFJ_USE_NONE)
            interface->use = VFJ_USE_FIB;
        return right;
    }
    if (vfj_span_is(word, "netgraph")) {
        if (interface->use == VFJ_USE_NONE)
            interface->use = VFJ_USE_NETGRAPH;
        return true;
    }
    if (vfj_span_is(word, "vlandev"))
        return read_if_use(reader, interface, VFJ_USE_VLAN);
    if (vfj_span_is(word, "addm"))
        return read_if_use(reader, interface, VFJ_USE_BRIDGE);
    if (vfj_span_is(word, "laggport"))
        return read_if_port(reader, interface);
    if (vfj_span_is(word, "laggproto")) {
        struct vfj_span proto;
        if (!next_word(reader, &proto, "a lagg protocol is missing"))
            return false;
        interface->laggproto
            = vfj_span_is(proto, "failover") ? VFJ_LAGGPROTO_FAILOVER : VFJ_LAGGPROTO_OTHER;
        return true;
    }
    return refuse_at(reader, word.text, "not a word of %if");
}

static bool read_if(struct reader *reader, struct vfj_trace_line *read)
{
    struct vfj_span word;
    struct vfj_interface *interface = &read->if_facts.interface;
    if (!read_name(reader, &interface->name))
        return false;
    interface->exists = true;
    interface->mtu = 1500;
    read->if_facts.counters = vfj_counters_unknown();
    while (vfj_span_word(&reader->rest, &word)) {
        if (!read_if_word(reader, word, &read->if_facts))
            return false;
    }
    return true;
}

static bool read_octal(struct vfj_span word, uint32_t *mode)
{
    *mode = 0;
    for (size_t i = 0; i < word.length; i++) {
        if (word.text[i] < '0' || word.text[i] > '7' || *mode > 07777)
            return false;
        *mode = *mode * 8 + (uint32_t)(word.text[i] - '0');
    }
    return word.length > 0 && *mode <= 07777;
}

static bool read_path(struct reader *reader, struct vfj_trace_line *read)
{
    if (!next_word(reader, &read->key, "a path is missing"))
        return false;
    if (read->key.text[0] != '/' || read->key.length >= VFJ_PATH_SIZE)
        return refuse_at(reader, read->key.text, "not an absolute path of at most 255 bytes");
    return true;
}

static bool read_file(struct reader *reader, struct vfj_trace_line *read)
{
    struct vfj_span word;
    if (!read_path(reader, read))
        return false;
    read->mode = 0755;
    for (skip_blanks(reader); reader->rest.length > 0; skip_blanks(reader)) {
        if (vfj_span_starts(reader->rest, "text=")) {
            skip_bytes(reader, 5);
            read->has_text = true;
            if (!read_quoted(reader, read->value, sizeof read->value))
                return false;
            vfj_newlines_unescape(read->value);
        } else if (vfj_span_starts(reader->rest, "refused=")) {
            skip_bytes(reader, 8);
            if (!read_quoted(reader, read->refused, sizeof read->refused))
                return false;
        } else if (vfj_span_starts(reader->rest, "mode=")) {
            vfj_span_word(&reader->rest, &word);
            if (!read_octal((struct vfj_span){word.text + 5, word.length - 5}, &read->mode))
                return refuse_at(reader, word.text + 5, "not an octal mode");
        } else {
            return refuse(reader, "not a word of %file");
        }
    }
    return true;
}

static bool read_argv(struct reader *reader, struct vfj_trace_line *read)
{
    skip_blanks(reader);
    read->key = reader->rest;
    if (read->key.length == 0)
        return refuse(reader, "a command is missing");
    return read->key.length < VFJ_RULE_SIZE ? true : refuse(reader, "command too long");
}

/* Reads the outcome of a command: an exit status, "timeout", "signal-N" with the number of a
 * signal, or "absent-N" with an errno. */
static bool read_outcome(struct reader *reader, struct vfj_trace_line *read)
{
    static const struct {
        const char *prefix;
        enum vfj_outcome_kind kind;
    } forms[] = {{"signal-", VFJ_OUTCOME_SIGNALED},
                 {"absent-", VFJ_OUTCOME_ABSENT},
                 {"", VFJ_OUTCOME_EXITED}};
    static const char *const missing = "an exit status of at most 255 is missing";
    struct vfj_span word, number;
    uint64_t status = 0;
    size_t form = 0;
    if (!next_word(reader, &word, missing))
        return false;
    read->outcome = VFJ_OUTCOME_TIMEOUT;
    if (vfj_span_is(word, "timeout"))
        return true;
    while (!vfj_span_starts(word, forms[form].prefix))
        form++;
    size_t length = strlen(forms[form].prefix);
    number = (struct vfj_span){word.text + length, word.length - length};
    if (!vfj_span_to_u64(number, &status) || status > 255)
        return refuse_at(reader, word.text, missing);
    read->outcome = (uint8_t)forms[form].kind;
    read->status = (int32_t)status;
    return true;
}

static bool read_fail(struct reader *reader, struct vfj_trace_line *read)
{
    if (!read_number(reader, 1000000, &read->count, "a number of times is missing")
        || !read_outcome(reader, read))
        return false;
    skip_blanks(reader);
    if (vfj_span_starts(reader->rest, "says=")) {
        skip_bytes(reader, 5);
        if (!read_quoted(reader, read->value, VFJ_OUTPUT_SIZE))
            return false;
    }
    return read_argv(reader, read);
}

static bool read_seconds(struct reader *reader, struct vfj_trace_line *read)
{
    struct vfj_span word;
    return next_word(reader, &word, "a number of seconds is missing")
        && (vfj_trace_seconds_parse(word, &read->us)
                ? true
                : refuse_at(reader, word.text, "not a number of seconds"));
}

static bool read_devd(struct reader *reader, struct vfj_trace_line *read)
{
    char bytes[VFJ_LINE_MAX + 1];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    skip_blanks(reader);
    read->event = reader->rest;
    const char *wrong = vfj_bytes_unescape(read->event, &text);
    if (wrong != NULL)
        return refuse_at(reader, wrong, "neither \"\\\\\" nor \"\\xHH\"");
    return text.length > 0 ? true : refuse(reader, "a devd line is missing");
}

static bool read_boot(struct reader *reader, struct vfj_trace_line *read)
{
    struct vfj_span word, before = reader->rest;
    if (!vfj_span_word(&reader->rest, &word))
        return true;
    read->stopped = vfj_span_is(word, "stopped");
    if (!read->stopped)
        reader->rest = before;
    return at_end(reader);
}

static bool read_reason(struct reader *reader, struct vfj_trace_line *read)
{
    skip_blanks(reader);
    read->reason = reader->rest;
    return true;
}

/* Reads PHASE and the pairs of a row's body. */
static bool read_scheduled(struct reader *reader, struct vfj_trace_line *read)
{
    char body[VFJ_SCHEDULED_BODY_SIZE];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    skip_blanks(reader);
    vfj_text_add(&text, "phase=");
    vfj_text_add_span(&text, reader->rest);
    return !text.overflow
            && vfj_scheduled_decode((struct vfj_span){body, text.length}, &read->scheduled)
        ? true
        : refuse(reader, "not a row of a scheduled event");
}

static bool read_choice(struct reader *reader, struct vfj_trace_line *read)
{
    struct vfj_span word;
    enum vfj_mode mode;
    enum vfj_policy policy;
    if (!next_word(reader, &word, "a word is missing"))
        return false;
    if (read->kind == VFJ_TRACE_MODE) {
        if (!vfj_mode_parse(word, &mode))
            return refuse_at(reader, word.text, "not observe or act");
        read->choice = (uint8_t)mode;
    } else {
        if (!vfj_policy_parse(word, &policy))
            return refuse_at(reader, word.text, "not scripts or vfjournal");
        read->choice = (uint8_t)policy;
    }
    return at_end(reader);
}

static bool read_rest(struct reader *reader, struct vfj_trace_line *read, uint64_t number)
{
    switch ((enum vfj_trace_kind)read->kind) {
    case VFJ_TRACE_VERSION:
        return read_version(reader, number);
    case VFJ_TRACE_AT:
        return read_at(reader, read);
    case VFJ_TRACE_SYSCTL:
        return read_sysctl(reader, read);
    case VFJ_TRACE_NOSYSCTL:
        return next_word(reader, &read->key, "a sysctl name is missing") && at_end(reader);
    case VFJ_TRACE_RC:
        return read_rc(reader, read);
    case VFJ_TRACE_NORC:
        return read_norc(reader, read);
    case VFJ_TRACE_IF:
        return read_if(reader, read);
    case VFJ_TRACE_NOIF:
        return read_name(reader, &read->name) && at_end(reader);
    case VFJ_TRACE_VF:
        return read_name(reader, &read->name) && read_name(reader, &read->other) && at_end(reader);
    case VFJ_TRACE_FILE:
        return read_file(reader, read);
    case VFJ_TRACE_NOFILE:
        return read_path(reader, read) && at_end(reader);
    case VFJ_TRACE_FAIL:
        return read_fail(reader, read);
    case VFJ_TRACE_SLOW:
        return read_seconds(reader, read) && read_argv(reader, read);
    case VFJ_TRACE_LATE:
        return read_seconds(reader, read) && at_end(reader);
    case VFJ_TRACE_DEVD:
        return read_devd(reader, read);
    case VFJ_TRACE_MODE:
    case VFJ_TRACE_POLICY:
        return read_choice(reader, read);
    case VFJ_TRACE_STOP:
    case VFJ_TRACE_END:
    case VFJ_TRACE_LOST:
    case VFJ_TRACE_GAP:
        return read_reason(reader, read);
    case VFJ_TRACE_BOOT:
        return read_boot(reader, read);
    case VFJ_TRACE_SCHEDULED:
        return read_scheduled(reader, read);
    case VFJ_TRACE_CRASH:
    case VFJ_TRACE_RESTART:
    case VFJ_TRACE_START:
    case VFJ_TRACE_CONFIGURE:
    case VFJ_TRACE_CONNECT:
        return at_end(reader);
    case VFJ_TRACE_BLANK:
    case VFJ_TRACE_EVENT:
    case VFJ_TRACE_COUNT:
        break;
    }
    VFJ_CHECK(false);
}

static bool read_directive(struct reader *reader, struct vfj_trace_line *read, uint64_t number)
{
    static const struct {
        const char *word;
        enum vfj_trace_kind kind;
    } directives[] = {
#define X(symbol, text) {text, VFJ_TRACE_##symbol},
        VFJ_DIRECTIVES(X)
#undef X
    };
    struct vfj_span word;
    const char *start = reader->rest.text;
    vfj_span_word(&reader->rest, &word);
    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++) {
        if (vfj_span_is((struct vfj_span){word.text + 1, word.length - 1}, directives[i].word)) {
            read->kind = (uint8_t)directives[i].kind;
            return read_rest(reader, read, number);
        }
    }
    return refuse_at(reader, start, "unknown directive");
}

bool vfj_trace_read(struct vfj_span line, uint64_t number, struct vfj_trace_line *read,
                    struct vfj_trace_error *error)
{
    struct reader reader = {.rest = line, .line = line.text, .error = error};
    memset(read, 0, sizeof *read);
    if (line.length > 0 && line.text[line.length - 1] == '\r')
        reader.rest.length--;
    const char *nul = reader.rest.length > 0 ? memchr(line.text, '\0', reader.rest.length) : NULL;
    if (nul != NULL)
        return refuse_at(&reader, nul, "a NUL byte");
    if (reader.rest.length > VFJ_LINE_MAX)
        return refuse_at(&reader, line.text + VFJ_LINE_MAX, "the line is longer than 8192 bytes");
    read->kind = VFJ_TRACE_BLANK;
    if (reader.rest.length == 0 || reader.rest.text[0] == '#')
        return true;
    return reader.rest.text[0] == '%' ? read_directive(&reader, read, number)
                                      : read_event(&reader, read);
}

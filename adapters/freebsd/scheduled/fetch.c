/* Sends GET requests to Azure's instance metadata service with libevent's HTTP client. */
#include "adapters/freebsd/scheduled/fetch.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

struct vfj_fetch {
    struct event_base *base;
    struct vfj_url url;
    vfj_fetch_fn *answered;
    void *context;
    struct event deadline, done;
    /* connection of the current request; NULL: no request runs */
    struct evhttp_connection *connection;
    bool has_answer;
    char why[64];    /* reason of a failure; empty: no failure */
    size_t received; /* number of bytes that the server has sent for the current request */
    size_t length;
    char body[VFJ_FETCH_BODY_MAX];
};

static void set_why(struct vfj_fetch *fetch, const char *format, int number)
{
    struct vfj_text text = vfj_text_begin(fetch->why, sizeof fetch->why);
    vfj_text_add(&text, format);
    if (number >= 0)
        vfj_text_add_i64(&text, number);
}

/* Ends the request. Only the first call has an effect. A callback of libevent must not free the
 * connection, so on_done() frees it in a later turn of the event loop. */
static void finish(struct vfj_fetch *fetch)
{
    if (fetch->has_answer)
        return;
    fetch->has_answer = true;
    event_active(&fetch->done, EV_TIMEOUT, 0);
}

static void end_connection(struct vfj_fetch *fetch)
{
    event_del(&fetch->deadline);
    if (fetch->connection != NULL)
        evhttp_connection_free(fetch->connection);
    fetch->connection = NULL;
}

static void on_done(evutil_socket_t fd, short what, void *context)
{
    struct vfj_fetch *fetch = context;
    (void)fd;
    (void)what;
    end_connection(fetch);
    bool right = fetch->why[0] == '\0';
    fetch->answered(fetch->context, (struct vfj_span){fetch->body, right ? fetch->length : 0},
                    right ? NULL : fetch->why);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
    struct vfj_fetch *fetch = context;
    (void)fd;
    (void)what;
    if (!fetch->has_answer)
        set_why(fetch, "no whole answer in time", -1);
    finish(fetch);
}

static void on_error(enum evhttp_request_error error, void *context)
{
    static const char *const reasons[] = {
        [EVREQ_HTTP_TIMEOUT] = "no whole answer in time",
        [EVREQ_HTTP_EOF] = "the answer was cut off",
        [EVREQ_HTTP_INVALID_HEADER] = "the answer is not HTTP, or its header is too long",
        [EVREQ_HTTP_BUFFER_ERROR] = "the connection failed",
        [EVREQ_HTTP_REQUEST_CANCEL] = "the request was cancelled",
        [EVREQ_HTTP_DATA_TOO_LONG] = "the answer is too long",
    };
    struct vfj_fetch *fetch = context;
    if (fetch->why[0] == '\0' && !fetch->has_answer)
        set_why(fetch,
                (size_t)error < sizeof reasons / sizeof reasons[0] ? reasons[error]
                                                                   : "the request failed",
                -1);
}

static void on_answer(struct evhttp_request *request, void *context)
{
    struct vfj_fetch *fetch = context;
    int code = request != NULL ? evhttp_request_get_response_code(request) : 0;
    if (fetch->has_answer)
        return;
    if (code == 0 && fetch->why[0] == '\0')
        set_why(fetch, "no answer", -1);
    else if (code != 0 && code != HTTP_OK)
        set_why(fetch, "the answer is HTTP status ", code);
    if (code == HTTP_OK && fetch->why[0] == '\0') {
        struct evbuffer *body = evhttp_request_get_input_buffer(request);
        ev_ssize_t copied = evbuffer_copyout(body, fetch->body, sizeof fetch->body);
        fetch->length = copied > 0 ? (size_t)copied : 0;
    }
    finish(fetch);
}

static void on_received(struct evbuffer *input, const struct evbuffer_cb_info *change,
                        void *context)
{
    struct vfj_fetch *fetch = context;
    (void)input;
    fetch->received += change->n_added;
    if (fetch->received <= VFJ_FETCH_RECEIVED_MAX || fetch->has_answer)
        return;
    if (fetch->why[0] == '\0')
        set_why(fetch, "the server sends too many bytes", -1);
    finish(fetch);
}

static bool send_request(struct vfj_fetch *fetch, const char *path, int64_t deadline_ms)
{
    struct evhttp_request *request;
    fetch->connection
        = evhttp_connection_base_new(fetch->base, NULL, fetch->url.host, fetch->url.port);
    if (fetch->connection == NULL)
        return false;
    struct evbuffer *input
        = bufferevent_get_input(evhttp_connection_get_bufferevent(fetch->connection));
    if (evbuffer_add_cb(input, on_received, fetch) == NULL)
        return false;
    evhttp_connection_set_max_headers_size(fetch->connection, VFJ_FETCH_HEADERS_MAX);
    evhttp_connection_set_max_body_size(fetch->connection, VFJ_FETCH_BODY_MAX);
    evhttp_connection_set_timeout(fetch->connection, (int)(deadline_ms / 1000) + 2);
    request = evhttp_request_new(on_answer, fetch);
    if (request == NULL)
        return false;
    evhttp_request_set_error_cb(request, on_error);
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    if (evhttp_add_header(headers, "Host", fetch->url.host) != 0
        || evhttp_add_header(headers, "Metadata", "true") != 0
        || evhttp_add_header(headers, "Connection", "close") != 0) {
        evhttp_request_free(request);
        return false;
    }
    /* when this call fails, it has freed the request */
    return evhttp_make_request(fetch->connection, request, EVHTTP_REQ_GET, path) == 0;
}

void vfj_fetch_get(struct vfj_fetch *fetch, const char *path, int64_t deadline_ms)
{
    struct timeval after = {(time_t)(deadline_ms / 1000), (suseconds_t)(deadline_ms % 1000 * 1000)};
    fetch->has_answer = false;
    fetch->why[0] = '\0';
    fetch->received = 0;
    fetch->length = 0;
    event_add(&fetch->deadline, &after);
    if (send_request(fetch, path, deadline_ms))
        return;
    if (fetch->why[0] == '\0')
        set_why(fetch, "the request can't be sent", -1);
    finish(fetch);
}

struct vfj_fetch *vfj_fetch_open(struct event_base *base, const struct vfj_url *url,
                                 vfj_fetch_fn *answered, void *context)
{
    struct vfj_fetch *fetch = calloc(1, sizeof *fetch);
    if (fetch == NULL)
        return NULL;
    fetch->base = base;
    fetch->url = *url;
    fetch->answered = answered;
    fetch->context = context;
    event_assign(&fetch->deadline, base, -1, 0, on_deadline, fetch);
    event_assign(&fetch->done, base, -1, 0, on_done, fetch);
    return fetch;
}

void vfj_fetch_close(struct vfj_fetch *fetch)
{
    if (fetch == NULL)
        return;
    end_connection(fetch);
    event_del(&fetch->done);
    free(fetch);
}

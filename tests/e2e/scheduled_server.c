/* An HTTP server that takes the place of Azure's instance metadata service. It answers with files
 * from a directory, or with a faulty response.
 *   usage: vfj_scheduled_server DIRECTORY
 * The files in DIRECTORY:
 *   port      written by the server: its port on 127.0.0.1
 *   requests  written by the server: for each request its first line and its Metadata header
 *   name      the name of this VM; when the file is missing, the status is 404
 *   document  the body of the answer; the test's script replaces it by rename(2)
 *   manner    how to answer: ok (default), huge, slow, cut, html, redirect, headers, close, error,
 *             garbage, continue, many */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares strcasestr only with this */
#endif
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FILE_MAX_SIZE = 32768, REQUEST_MAX = 4096, FLOOD = 64 << 20, BLOCK = 4096 };

static char body[FILE_MAX_SIZE + 1];

/* Reads a file of DIRECTORY into `body` and ends the content with a NUL. Returns false when the
 * file does not exist. */
static bool read_file(const char *name)
{
    int fd = open(name, O_RDONLY);
    ssize_t length = fd >= 0 ? read(fd, body, FILE_MAX_SIZE) : -1;
    if (fd >= 0)
        close(fd);
    body[length > 0 ? length : 0] = '\0';
    return length >= 0;
}

static bool send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = send(fd, bytes, length, MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

static void send_text(int fd, const char *text)
{
    (void)send_all(fd, text, strlen(text));
}

static void answer(int fd, const char *status, const char *type, const char *text)
{
    char head[256];
    (void)snprintf(head, sizeof head,
                   "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                   "Location: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n",
                   status, type, strlen(text));
    send_text(fd, head);
    send_text(fd, text);
}

/* Sends a response that never ends: `head`, then `text` again and again. */
static void flood(int fd, const char *head, const char *text)
{
    static char block[BLOCK];
    size_t length = strlen(text), filled = 0;
    send_text(fd, head);
    for (; filled + length <= sizeof block; filled += length)
        memcpy(block + filled, text, length);
    for (size_t sent = 0; sent < FLOOD && send_all(fd, block, filled); sent += filled)
        continue;
}

/* Sends a response very slowly, one byte every tenth of a second. The response never becomes
 * complete. */
static void drip(int fd)
{
    const struct timespec pause = {0, 100 * 1000 * 1000};
    send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n");
    for (unsigned i = 0; i < 4000 && send_all(fd, " ", 1); i++)
        (void)nanosleep(&pause, NULL);
}

/* Answers with a document that lists 16 events about this VM. Every answer lists other events. */
static void answer_many(int fd)
{
    static unsigned id;
    size_t length = 0;
    for (unsigned i = 0; i < 16; i++)
        length += (size_t)snprintf(body + length, sizeof body - length,
                                   "%s{\"EventId\":\"E%u\",\"EventType\":\"Freeze\","
                                   "\"EventStatus\":\"Started\",\"Resources\":[\"vm-1\"]}",
                                   i == 0 ? "{\"Events\":[" : ",", id++);
    (void)snprintf(body + length, sizeof body - length, "]}");
    answer(fd, "200 OK", "application/json", body);
}

static void answer_document(int fd)
{
    char manner[32] = "ok";
    if (read_file("manner"))
        (void)snprintf(manner, sizeof manner, "%.*s", (int)strcspn(body, "\n"), body);
    if (strcmp(manner, "huge") == 0)
        flood(fd, "HTTP/1.1 200 OK\r\n\r\n", "{\"Events\":[]}   ");
    else if (strcmp(manner, "headers") == 0)
        flood(fd, "HTTP/1.1 200 OK\r\n", "X-Endless: header\r\n");
    else if (strcmp(manner, "continue") == 0)
        flood(fd, "", "HTTP/1.1 100 Continue\r\n\r\n");
    else if (strcmp(manner, "many") == 0)
        answer_many(fd);
    else if (strcmp(manner, "slow") == 0)
        drip(fd);
    else if (strcmp(manner, "cut") == 0)
        send_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"Events\":[");
    else if (strcmp(manner, "html") == 0)
        answer(fd, "200 OK", "text/html", "<html><body>Log in, please</body></html>");
    else if (strcmp(manner, "redirect") == 0)
        answer(fd, "302 Found", "text/plain", "");
    else if (strcmp(manner, "error") == 0)
        answer(fd, "500 Internal Server Error", "application/json", "{\"Events\":[]}");
    else if (strcmp(manner, "garbage") == 0)
        send_text(fd, "\x00\xff SSH-2.0-nothing\r\n\r\n\r\n");
    else if (strcmp(manner, "close") != 0)
        answer(fd, "200 OK", "application/json", read_file("document") ? body : "{\"Events\":[]}");
}

static void serve(int fd)
{
    static char request[REQUEST_MAX + 1];
    size_t length = 0;
    ssize_t count;
    request[0] = '\0';
    while (length < REQUEST_MAX && strstr(request, "\r\n\r\n") == NULL
           && (count = recv(fd, request + length, REQUEST_MAX - length, 0)) > 0) {
        length += (size_t)count;
        request[length] = '\0';
    }
    if (length == 0)
        return; /* the client ended before it asked */
    FILE *log = fopen("requests", "a");
    if (log != NULL) {
        (void)fprintf(log, "%.*s %s\n", (int)strcspn(request, "\r"), request,
                      strcasestr(request, "\r\nMetadata: true\r\n") != NULL ? "Metadata" : "-");
        (void)fclose(log);
    }
    if (strncmp(request, "GET /metadata/instance/", 23) != 0)
        answer_document(fd);
    else if (read_file("name"))
        answer(fd, "200 OK", "text/plain", body);
    else
        answer(fd, "404 Not Found", "text/plain", "");
}

static bool write_port(int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    FILE *file = getsockname(listener, (struct sockaddr *)&address, &size) == 0
        ? fopen("port.new", "w")
        : NULL;
    if (file == NULL)
        return false;
    (void)fprintf(file, "%u\n", ntohs(address.sin_port));
    return fclose(file) == 0 && rename("port.new", "port") == 0;
}

int main(int argc, char **argv)
{
    const struct sockaddr_in address
        = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (argc != 2 || chdir(argv[1]) != 0 || listener < 0
        || bind(listener, (const struct sockaddr *)&address, sizeof address) != 0
        || listen(listener, 16) != 0 || !write_port(listener))
        return 4;
    (void)signal(SIGPIPE, SIG_IGN);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        serve(fd);
        (void)shutdown(fd, SHUT_WR);
        close(fd);
    }
}

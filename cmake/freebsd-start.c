/* What crt1.o calls, for FreeBSD 13, whose libc does not have it.
 *
 * The C library exports __libc_start1 since FreeBSD 14 (FBSD_1.7); before, crt1.o itself held that
 * code. The cross compiler brings the crt1.o of FreeBSD 14, so a program for FreeBSD 13 brings the
 * function, and then needs no symbol of FreeBSD 14's libc. Only for dynamically linked programs:
 * rtld(1) runs their constructors. */
#include <stdlib.h>

extern char **environ;
extern const char *__progname;

_Noreturn void __libc_start1(int argc, char **argv, char **env, void (*cleanup)(void),
                             int (*program)(int, char **, char **));

/* Runs the program and exits with what it returns. `cleanup` is rtld's: it runs destructors. */
void __libc_start1(int argc, char **argv, char **env, void (*cleanup)(void),
                   int (*program)(int, char **, char **))
{
    if (environ == NULL)
        environ = env;
    for (const char *c = argc > 0 ? argv[0] : NULL; c != NULL && *c != '\0'; c++) {
        if (c == argv[0] || c[-1] == '/')
            __progname = c;
    }
    if (atexit(cleanup) != 0)
        abort();
    exit(program(argc, argv, env));
}

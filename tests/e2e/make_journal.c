/* Makes a journal for the tests that are shell scripts.
 *   usage: vfj_make_journal NEW [KIND]
 *   migration   a migration, then enough lines for two checkpoints (the default)
 *   hostile     a migration whose records contain markup, control characters, bytes that are not
 *               UTF-8 and the password "geheim"
 *   passwords   a migration whose records of each kind contain the password "geheim"
 *   empty       no records */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/kit/journal.h"

enum { LINES = 250, CHECKPOINT_ROWS = 100 };

/* A text as an attacker may send it, in hexadecimal. It has C0 and C1 characters, a bidirectional
 * override, a byte that is not UTF-8, and the ends of an element, an attribute, a comment and a
 * CDATA section. */
#define EVIL                                                                               \
    "x'3c2f746578743e3c7363726970743e616c6572742831293c2f7363726970743e22273e2d2d3e5d5d3e" \
    "26616d703b1b5b33316dc29b33316de280aeff'"

static int make_migration(const char *path)
{
    kit_make_journal(path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    vfj_ledger_set_state_checkpoints(ledger, CHECKPOINT_ROWS, INT64_MAX / 4);
    kit_submit(ledger, kit_started());
    for (unsigned i = 0; i < LINES; i++) {
        kit_submit(ledger, kit_devd("!system=IFNET subsystem=epair0a type=ATTACH"));
        if (vfj_ledger_commit(ledger) != VFJ_OK)
            return 4;
        vfj_ledger_maintain(ledger);
    }
    vfj_ledger_close(ledger);
    return 0;
}

/* Puts the text EVIL into values of record bodies. The bodies remain well-formed, so that every
 * value reaches the output of the tested program. */
static int make_hostile(const char *path)
{
    kit_make_journal(path);
#define QUOTED "'\"' || replace(CAST(" EVIL " AS TEXT), '\"', '') || '\"'"
    kit_forge(path,
              "UPDATE record SET body = CAST('id=77 kind=up slot=hn0 argv=' || " QUOTED " AS BLOB)"
              " WHERE kind = 'command' AND body LIKE '%laggport%';"
              "UPDATE record SET body = 'id=78 kind=configure slot=hn0 argv=\"ifconfig lagg0 vhid 7"
              " pass geheim\"' WHERE kind = 'command' AND body LIKE '%lagg0 create%';"
              "UPDATE record SET body = CAST(CAST(body AS TEXT) || ' output=' || " QUOTED
              " AS BLOB) WHERE kind = 'finished' AND body LIKE '% status=1 %';"
              "UPDATE record SET body = 'slot=hn0 from=\"<b>\" to=\"</svg>\" reason=\"<!--\""
              " vf=\"<i>\"' WHERE kind = 'transition' AND body LIKE '%to=lagged%';"
              "UPDATE record SET body = CAST(" EVIL " AS BLOB) WHERE kind = 'devd'"
              " AND body LIKE '%CDEV%'");
#undef QUOTED
    return 0;
}

/* Puts passwords into all places of records in which an older version of vfjournal, a program of
 * the guest or another driver could have put one. */
static int make_passwords(const char *path)
{
    if (make_migration(path) != 0)
        return 4;
    kit_forge(path,
              "UPDATE record SET body = body || ' output="
              "\"ifconfig: inet 10.0.0.9 vhid 1 pass geheim-a: no\"' WHERE kind = 'finished';"
              "UPDATE record SET body = replace(body, 'lagg0 create', 'lagg0 nwkey geheim-b')"
              " WHERE kind = 'command' AND body LIKE '%lagg0 create%';"
              "UPDATE record SET body = body || ' x=\"psk=geheim-c\" y=\"wepkey geheim-d\"'"
              " WHERE kind = 'devd';"
              "UPDATE record SET body = 'reason=\"identity a password geheim-e\"'"
              " WHERE kind IN ('gap', 'stopped', 'stopping');"
              "UPDATE record SET body = body || ' about=\"passphrase geheim-f\"'"
              " WHERE kind IN ('journal', 'started');"
              "UPDATE record SET body = 'ifconfig_hn0=SYNCDHCP"
              " ifconfig_hn9=\"inet 10.9.0.1/24 vhid 1 pass ''geheim-g h'' up\"'"
              " WHERE kind = 'configured';");
    return 0;
}

int main(int argc, char **argv)
{
    const char *kind = argc == 3 ? argv[2] : "migration";
    if (argc != 2 && argc != 3)
        return 2;
    if (strcmp(kind, "migration") == 0)
        return make_migration(argv[1]);
    if (strcmp(kind, "hostile") == 0)
        return make_hostile(argv[1]);
    if (strcmp(kind, "passwords") == 0)
        return make_passwords(argv[1]);
    if (strcmp(kind, "empty") != 0)
        return 2;
    vfj_ledger_close(kit_ledger_open(argv[1], VFJ_ON_ERROR_STOP));
    return 0;
}

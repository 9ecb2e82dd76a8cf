/* test_ports.c - the table of ports: places, names, and what may not be claimed */
#include "tests/check.h"

#include "daemon/ports.h"

#include <errno.h>

static void the_master_is_there_from_the_beginning(void)
{
    struct ports *p = ports_new();
    CHECK_INT(ports_end(p), 2);
    CHECK_STR(ports_at(p, 0)->name, "out_1");
    CHECK_STR(ports_at(p, 1)->name, "out_2");
    CHECK_STR(ports_at(p, 0)->pretty, "Master 1");
    CHECK(ports_at(p, 0)->used && !ports_at(p, 0)->input);
    CHECK(!ports_at(p, 2)->used);
    ports_free(p);
}

static void claims_are_in_a_row_and_named(void)
{
    struct ports *p = ports_new();
    uint64_t serial = ports_serial(p);
    CHECK_INT(ports_claim(p, "vox", "Lead vocal", true, 2), 2);
    CHECK(ports_serial(p) != serial);
    CHECK_INT(ports_claim(p, "click", "click", false, 1), 4);
    CHECK_INT(ports_end(p), 5);
    CHECK_STR(ports_at(p, 3)->name, "vox_2");
    CHECK_STR(ports_at(p, 3)->pretty, "Lead vocal 2");
    CHECK(ports_at(p, 3)->input && !ports_at(p, 4)->input);
    serial = ports_serial(p);
    ports_drop(p, 2, 2);
    CHECK(ports_serial(p) != serial);
    CHECK(!ports_at(p, 2)->used && !ports_at(p, 3)->used);
    CHECK_INT(ports_end(p), 5);
    CHECK_INT(ports_claim(p, "keys", "keys", true, 3), 5); /* the gap of two is too small */
    CHECK_INT(ports_claim(p, "bass", "bass", true, 1), 2);
    ports_drop(p, 5, 3);
    ports_drop(p, 4, 1);
    CHECK_INT(ports_end(p), 3);
    ports_free(p);
}

static void no_two_ports_of_a_name(void)
{
    struct ports *p = ports_new();
    CHECK_INT(ports_claim(p, "out", "again", true, 1), -EEXIST);
    CHECK_INT(ports_claim(p, "a", "a", true, 2), 2);
    uint64_t serial = ports_serial(p);
    CHECK_INT(ports_claim(p, "a", "a", false, 1), -EEXIST);
    CHECK_INT(ports_serial(p), serial);                 /* nothing happened */
    CHECK_INT(ports_claim(p, "a_1", "a", false, 1), 4); /* a_1_1 is not a_1 */
    CHECK_INT(ports_claim(p, "a_", "a", false, 1), 5);  /* a__1 */
    CHECK_INT(ports_claim(p, "", "a", false, 1), 6);    /* _1 */
    ports_drop(p, 2, 1);                                /* a_2 stays */
    CHECK_INT(ports_claim(p, "a", "a", false, 1), 2);   /* a_1 is free again, at once */
    CHECK_INT(ports_claim(p, "a", "a", false, 2), -EEXIST);
    ports_free(p);
}

static void the_table_has_an_end(void)
{
    struct ports *p = ports_new();
    char name[16];
    for (uint32_t place = 2; place < PORTS_MAX; place += 2) {
        snprintf(name, sizeof name, "t%u", place);
        CHECK_INT(ports_claim(p, name, name, false, 2), place);
    }
    CHECK_INT(ports_end(p), PORTS_MAX);
    CHECK_INT(ports_claim(p, "more", "more", false, 1), -ENOSPC);
    ports_drop(p, 100, 2);
    ports_drop(p, 103, 1);
    CHECK_INT(ports_claim(p, "more", "more", false, 3), -ENOSPC);
    CHECK_INT(ports_claim(p, "more", "more", false, 2), 100);
    ports_free(p);
}

static void names_of_full_length_fit(void)
{
    char name[64], wanted[80], label[200];
    memset(name, 'n', 63);
    memset(label, 'l', 199);
    name[63] = label[199] = '\0';
    struct ports *p = ports_new();
    CHECK_INT(ports_claim(p, name, label, true, 64), 2);
    snprintf(wanted, sizeof wanted, "%s_64", name);
    CHECK_STR(ports_at(p, 65)->name, wanted);
    CHECK_INT(strlen(ports_at(p, 65)->pretty), PORT_NAME_MAX - 1);
    ports_free(p);
}

int main(void)
{
    RUN(the_master_is_there_from_the_beginning);
    RUN(claims_are_in_a_row_and_named);
    RUN(no_two_ports_of_a_name);
    RUN(the_table_has_an_end);
    RUN(names_of_full_length_fit);
    return check_done();
}

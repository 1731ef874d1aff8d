/*
 * The rules of resolve.h that need no name server: numeric addresses,
 * a name of the loopback, names that never resolve (.invalid, RFC 6761), the deadline.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/clock.h"
#include "snmp/resolve.h"

#include "names.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PDUS_MAX 4

static GArray *pdus; /* of struct pdu_address */
static bool wanted[PDUS_MAX];
static GArray *addresses[PDUS_MAX];
static char *error;
static unsigned warnings, lines;
static struct rlimit descriptors;
static bool free_when_warned; /* descriptors */

static void count_line(void *context, enum trippsnmp_level level, const char *line)
{
	(void)context;
	(void)line;
	lines++;
	warnings += level == TRIPPSNMP_LOG_WARN;
	if (free_when_warned)
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &descriptors), 0);
}

static const struct log counting = { count_line, NULL };

static void setup(void)
{
	pdus = g_array_new(FALSE, FALSE, sizeof(struct pdu_address));
	error = NULL;
	warnings = lines = 0;
	free_when_warned = false;
	for (unsigned i = 0; i < PDUS_MAX; i++) {
		wanted[i] = true;
		addresses[i] = NULL;
	}
}

static void teardown(void)
{
	for (unsigned i = 0; i < PDUS_MAX; i++)
		g_clear_pointer(&addresses[i], g_array_unref);
	for (unsigned i = 0; i < pdus->len; i++) {
		g_free((char *)addresses_at(pdus, i)->label);
		g_free((char *)addresses_at(pdus, i)->host);
	}
	g_array_unref(pdus);
	g_free(error);
}

static void add(const char *host, unsigned port)
{
	const struct pdu_address row = { g_strdup_printf("pdu %s", host), g_strdup(host), port };

	g_array_append_val(pdus, row);
}

static bool resolves(double seconds)
{
	return resolve_all(pdus, wanted, clock_now() + (usec)(seconds * (double)USEC_PER_SEC),
	                   &counting, NULL, addresses, &error);
}

static const struct address *address(unsigned pdu, unsigned i)
{
	ck_assert_ptr_nonnull(addresses[pdu]);
	ck_assert_uint_lt(i, addresses[pdu]->len);
	return &g_array_index(addresses[pdu], struct address, i);
}

static void assert_v4(const struct address *got, const char *host, unsigned port)
{
	struct sockaddr_in in;
	char text[INET_ADDRSTRLEN];

	ck_assert_int_eq(got->socket.ss_family, AF_INET);
	ck_assert_uint_eq(got->length, sizeof(in));
	memcpy(&in, &got->socket, sizeof(in));
	ck_assert_str_eq(inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text)), host);
	ck_assert_uint_eq(ntohs(in.sin_port), port);
}

static void assert_v6(const struct address *got, const char *host, unsigned port)
{
	struct sockaddr_in6 in;
	char text[INET6_ADDRSTRLEN];

	ck_assert_int_eq(got->socket.ss_family, AF_INET6);
	ck_assert_uint_eq(got->length, sizeof(in));
	memcpy(&in, &got->socket, sizeof(in));
	ck_assert_str_eq(inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof(text)), host);
	ck_assert_uint_eq(ntohs(in.sin6_port), port);
}

START_TEST(a_numeric_ipv4_address_is_itself)
{
	add("192.0.2.7", 161);
	ck_assert(resolves(0));
	ck_assert_ptr_null(error);
	ck_assert_uint_eq(addresses[0]->len, 1);
	assert_v4(address(0, 0), "192.0.2.7", 161);
}
END_TEST

START_TEST(a_numeric_ipv6_address_is_itself)
{
	add("2001:db8::7", 65535);
	ck_assert(resolves(0));
	ck_assert_uint_eq(addresses[0]->len, 1);
	assert_v6(address(0, 0), "2001:db8::7", 65535);
}
END_TEST

START_TEST(an_ipv4_address_written_as_ipv6_is_the_ipv4_address)
{
	add("::ffff:192.0.2.7", 1161);
	add("::192.0.2.7", 161);
	ck_assert(resolves(0));
	assert_v4(address(0, 0), "192.0.2.7", 1161);
	assert_v6(address(1, 0), "::192.0.2.7", 161);
}
END_TEST

START_TEST(each_pdu_has_its_own_address_and_port)
{
	add("192.0.2.7", 161);
	add("192.0.2.7", 1161);
	add("192.0.2.8", 161);
	ck_assert(resolves(0));
	assert_v4(address(0, 0), "192.0.2.7", 161);
	assert_v4(address(1, 0), "192.0.2.7", 1161);
	assert_v4(address(2, 0), "192.0.2.8", 161);
}
END_TEST

START_TEST(a_name_with_duplicates_is_each_of_its_addresses_once)
{
	const usec begun = clock_now();

	add(NAME_OF_LOOPBACK, 161);
	ck_assert_msg(resolves(10), "%s", error);
	ck_assert_int_lt(clock_now() - begun, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(addresses[0]->len, 2);
	for (unsigned i = 0; i < addresses[0]->len; i++) {
		const struct address *one = address(0, i);

		if (one->socket.ss_family == AF_INET)
			assert_v4(one, "127.0.0.1", 161);
		else
			assert_v6(one, "::1", 161);
		for (unsigned k = 0; k < i; k++)
			ck_assert(one->length != address(0, k)->length ||
			          memcmp(&one->socket, &address(0, k)->socket, one->length) != 0);
	}
}
END_TEST

START_TEST(what_is_not_wanted_is_neither_looked_up_nor_waited_for)
{
	const usec begun = clock_now();

	add("192.0.2.7", 161);
	add("no-such-pdu.invalid", 161);
	wanted[1] = false;
	ck_assert(resolves(10));
	ck_assert_int_lt(clock_now() - begun, 5 * USEC_PER_SEC);
	ck_assert_ptr_nonnull(addresses[0]);
	ck_assert_ptr_null(addresses[1]);
}
END_TEST

START_TEST(a_name_that_does_not_resolve_is_named_within_the_deadline)
{
	const usec begun = clock_now();

	add("192.0.2.7", 161);
	add("no-such-pdu.invalid", 161);
	add("192.0.2.8", 161);
	ck_assert(!resolves(1));
	ck_assert_int_lt(clock_now() - begun, 3 * USEC_PER_SEC);
	ck_assert_ptr_nonnull(error);
	ck_assert_ptr_nonnull(strstr(error, "pdu no-such-pdu.invalid"));
	ck_assert_ptr_nonnull(strstr(error, "the name of "));
	ck_assert_ptr_null(strchr(error, '\n'));
	for (unsigned i = 0; i < pdus->len; i++)
		ck_assert_ptr_null(addresses[i]);
}
END_TEST

START_TEST(a_name_that_is_said_not_to_exist_ends_it_at_once)
{
	const usec begun = clock_now();

	add(NAME_OF_NOBODY, 161);
	add(NAME_OF_NONE, 161);
	ck_assert(!resolves(10));
	ck_assert_int_lt(clock_now() - begun, 3 * USEC_PER_SEC);
	ck_assert_ptr_nonnull(strstr(error, "the name of pdu " NAME_OF_NONE));
	ck_assert_uint_eq(warnings, 0);
}
END_TEST

START_TEST(signals_are_for_the_host_and_not_for_who_looks_a_name_up)
{
	sigset_t blocked;

	add(NAME_OF_NONE, 161);
	ck_assert(!resolves(10));
	ck_assert_ptr_nonnull(strstr(error, gai_strerror(EAI_NONAME)));
	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
	ck_assert_int_eq(sigismember(&blocked, SIGTERM), 0);
}
END_TEST

START_TEST(many_names_that_do_not_resolve_share_one_deadline)
{
	const usec begun = clock_now();

	for (unsigned i = 0; i < PDUS_MAX; i++) {
		char *host = g_strdup_printf("no-such-pdu-%u.invalid", i);

		add(host, 161);
		g_free(host);
	}
	ck_assert(!resolves(0.5));
	ck_assert_int_lt(clock_now() - begun, 2 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_name_server_that_does_not_answer_is_mentioned_soon)
{
	add(NAME_OF_NOBODY, 161);
	ck_assert(!resolves(1.5));
	ck_assert_uint_eq(warnings, 0);
	g_clear_pointer(&error, g_free);
	ck_assert(!resolves(2.5));
	ck_assert_uint_eq(warnings, 1);
	ck_assert_uint_eq(lines, 1);
	ck_assert_ptr_nonnull(strstr(error, "the name server does not answer"));
}
END_TEST

START_TEST(a_name_is_not_looked_up_past_the_deadline)
{
	const usec begun = clock_now();

	add("no-such-pdu.invalid", 161);
	ck_assert(!resolves(-1));
	ck_assert_int_lt(clock_now() - begun, USEC_PER_SEC);
	ck_assert_ptr_nonnull(error);
}
END_TEST

START_TEST(what_is_no_address_is_an_error)
{
	add("300.1.2.3.4.invalid", 161);
	ck_assert(!resolves(0.5));
	ck_assert_ptr_nonnull(error);
}
END_TEST

/* As many as there are; the limit as it was is in descriptors. */
static void take_all_descriptors(void)
{
	const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct rlimit none;

	close(next);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &descriptors), 0);
	none = descriptors;
	none.rlim_cur = (rlim_t)next;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
}

START_TEST(without_free_descriptors_a_name_is_looked_up_until_the_deadline)
{
	const usec begun = clock_now();
	bool resolved;

	add(NAME_OF_LOOPBACK, 161);
	take_all_descriptors();
	resolved = resolves(2.5);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &descriptors), 0);
	ck_assert(!resolved);
	ck_assert_int_ge(clock_now() - begun, 2 * USEC_PER_SEC);
	ck_assert_msg(strstr(error, g_strerror(EMFILE)) != NULL, "%s", error);
	ck_assert_uint_eq(warnings, 1);
	ck_assert_uint_lt(lines, 5); /* once a second */
}
END_TEST

START_TEST(a_name_resolves_once_there_are_free_descriptors)
{
	add(NAME_OF_LOOPBACK, 161);
	free_when_warned = true;
	take_all_descriptors();
	ck_assert_msg(resolves(10), "%s", error);
	ck_assert_uint_eq(warnings, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("resolve");
	TCase *tcase = tcase_create("resolve");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, a_numeric_ipv4_address_is_itself);
	tcase_add_test(tcase, a_numeric_ipv6_address_is_itself);
	tcase_add_test(tcase, an_ipv4_address_written_as_ipv6_is_the_ipv4_address);
	tcase_add_test(tcase, each_pdu_has_its_own_address_and_port);
	tcase_add_test(tcase, a_name_with_duplicates_is_each_of_its_addresses_once);
	tcase_add_test(tcase, what_is_not_wanted_is_neither_looked_up_nor_waited_for);
	tcase_add_test(tcase, a_name_that_does_not_resolve_is_named_within_the_deadline);
	tcase_add_test(tcase, a_name_that_is_said_not_to_exist_ends_it_at_once);
	tcase_add_test(tcase, signals_are_for_the_host_and_not_for_who_looks_a_name_up);
	tcase_add_test(tcase, many_names_that_do_not_resolve_share_one_deadline);
	tcase_add_test(tcase, a_name_server_that_does_not_answer_is_mentioned_soon);
	tcase_add_test(tcase, a_name_is_not_looked_up_past_the_deadline);
	tcase_add_test(tcase, what_is_no_address_is_an_error);
	tcase_add_test(tcase, without_free_descriptors_a_name_is_looked_up_until_the_deadline);
	tcase_add_test(tcase, a_name_resolves_once_there_are_free_descriptors);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

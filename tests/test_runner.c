/*
 * The rules of runner.h that no machine shows by itself: what one leaves behind for the next.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "snmp/runner.h"

#include "script.h"

#include <check.h>
#include <stdlib.h>

/* Asks each PDU for that object; it is done when so many have told it. */
struct asker {
	uint32_t object;
	unsigned enough, told;
	bool asked[2];
};

static struct script *script;
static int deaf; /* this PDU does not answer the first asker's question */

static struct objid object(uint32_t number)
{
	const struct objid root = { .n = 7, .id = { 1, 3, 6, 1, 4, 1, 850 } };

	return objid_append(&root, 1, &number);
}

static bool asker_next(void *self, unsigned pdu, usec now, struct question *question)
{
	struct asker *asker = self;
	const struct objid name = object(asker->object);

	(void)now;
	if (asker->asked[pdu])
		return false;
	asker->asked[pdu] = true;
	*question = (struct question){ .kind = REQUEST_GET, .varbinds = varbinds_new() };
	varbinds_add(question->varbinds, &name);
	return true;
}

static void asker_reply(void *self, unsigned pdu, const struct reply *reply, usec now)
{
	struct asker *asker = self;
	const struct objid name = object(asker->object);

	(void)pdu;
	(void)now;
	ck_assert_int_eq(reply->status, REPLY_ANSWERED);
	ck_assert(objid_equal(&varbinds_at(reply->varbinds, 0)->name, &name));
	asker->told++;
}

static bool asker_done(const void *self)
{
	const struct asker *asker = self;

	return asker->told == asker->enough;
}

static struct machine machine_of(struct asker *asker)
{
	return (struct machine){
		.self = asker, .next = asker_next, .reply = asker_reply, .done = asker_done
	};
}

static enum script_fate deaf_to_the_first(struct script *network, unsigned pdu,
                                          const struct request *request, struct event *answer)
{
	const struct objid first = object(1);

	(void)network;
	(void)answer;
	return (int)pdu == deaf && objid_equal(&request->varbinds[0].name, &first)
	               ? SCRIPT_LOST
	               : SCRIPT_ANSWERED;
}

static void setup(void)
{
	script = script_new(2, false);
	script->hook = deaf_to_the_first;
	for (unsigned i = 0; i < 2; i++)
		for (uint32_t number = 1; number <= 2; number++) {
			const struct objid name = object(number);

			script_put(script, i, &name, VALUE_INTEGER, number);
		}
}

static void teardown(void)
{
	script_free(script);
}

START_TEST(what_one_machine_asked_is_not_asked_for_the_next)
{
	struct asker first = { .object = 1, .enough = 1 }, second = { .object = 2, .enough = 2 };
	const struct machine before = machine_of(&first), after = machine_of(&second);

	deaf = _i;
	ck_assert(script_run(script, &before, 10));
	ck_assert(script_run(script, &after, 10));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("runner");
	TCase *tcase = tcase_create("runner");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, what_one_machine_asked_is_not_asked_for_the_next, 0, 2);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

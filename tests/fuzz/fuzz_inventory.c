/*
 * Fuzzes what is found out about PDUs: exchange, inventory, feeds and the
 * operation round them, against devices that an input builds and answers that
 * it bends. Nothing may be switched, all must end, and what is found must fit.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "base/text.h"
#include "call/operation.h"
#include "cells.h"
#include "virtual.h"

#include <string.h>

#define PDUS_MAX 3
#define TABLES_MAX 2
#define OUTLETS_MAX 30
#define ODD_ROWS_MAX 4
/* Time for two looks, and for GETBULK to be given up. */
#define LIMIT (7 * USEC_PER_SEC)
/* One datagram holds no more. */
#define ANSWER_MAX 1500
/* Far above what the inventory says that it keeps. */
#define ROWS_BOUND 2000
#define REQUESTS_BOUND 20000

struct trial {
	struct virtual virtual;
	GArray *objects[PDUS_MAX]; /* of struct varbind, in order: what the PDU has */
	bool v1;
};

/* --- the devices --- */

static void put(GArray *objects, struct objid name, enum value_type type, int64_t number,
                const char *octets)
{
	struct varbind varbind = { .name = name, .type = type, .number = number };

	if (octets)
		varbind.octets = g_bytes_new(octets, strlen(octets));
	cells_put(objects, &varbind);
}

static void put_outlet(GArray *objects, const struct family *family, uint32_t device,
                       uint32_t number, unsigned style)
{
	static const char *const names[] = { "db1",  "Load 1",   "",   "web\n1",
		                             "DB1 ", "\xff\xfe", "db2" };
	const char *name = names[(style + number) % G_N_ELEMENTS(names)];

	put(objects, family_instance(family, family->state, device, number), VALUE_INTEGER,
	    1 + (style + number) % 2, NULL);
	if (family->controllable)
		put(objects, family_instance(family, family->controllable, device, number),
		    VALUE_INTEGER,
		    style % 8 == 7 ? 2 : 3 - (family->controllable_as == CONTROLLABLE_TRUTH) * 2,
		    NULL);
	put(objects, family_instance(family, family->outlet_name, device, number), VALUE_OCTETS, 0,
	    name);
	if (family->description)
		put(objects, family_instance(family, family->description, device, number),
		    VALUE_OCTETS, 0, names[style % G_N_ELEMENTS(names)]);
}

static void put_main(GArray *objects, const struct family *main, uint32_t device, bool controllable)
{
	put(objects, family_instance(main, main->state, device, TRIPPSNMP_MAIN), VALUE_INTEGER, 2,
	    NULL);
	put(objects, family_instance(main, main->controllable, device, TRIPPSNMP_MAIN),
	    VALUE_INTEGER, controllable ? 1 : 2, NULL);
}

static void put_table(GArray *objects, struct bytes *bytes)
{
	const uint8_t first = bytes_take(bytes);
	const struct family *family = family_row(first % family_count());
	const uint32_t device = first & 0x80 ? 2 : 1;
	const unsigned n = bytes_below(bytes, OUTLETS_MAX);
	const unsigned style = bytes_take(bytes);

	for (unsigned i = 1; i <= n; i++)
		put_outlet(objects, family, device, i, style);
	if (family->main && style & 32)
		put_main(objects, family->main, device, style & 64);
	if (family->outlet_count.n && first & 0x40)
		put(objects, objid_append(&family->outlet_count, 1, &device), VALUE_UNSIGNED,
		    style & 1 ? n : bytes_number(bytes), NULL);
	if (family->device_types.n && style & 4)
		put(objects, objid_append(&family->device_types, 1, &device),
		    style & 8 ? VALUE_OBJID : VALUE_OCTETS, 0,
		    style & 16 ? "1.3.6.1.4.1.850.1.1.3.2" : "1.3.6.1.4.1.850.1.1.3.3");
	if (family->device_status.n && first & 0x20)
		put(objects, objid_append(&family->device_status, 1, &device), VALUE_INTEGER,
		    style & 2 ? 2 : bytes_number(bytes), NULL);
}

static void put_odd_row(GArray *objects, struct bytes *bytes)
{
	const uint8_t first = bytes_take(bytes);
	const struct family *family = family_row(first % family_count());
	struct objid name = family_instance(family, 2 + first / 64, (uint32_t)bytes_number(bytes),
	                                    (uint32_t)bytes_number(bytes));

	put(objects, name, VALUE_INTEGER, bytes_number(bytes), NULL);
}

static void put_system(GArray *objects, unsigned pdu)
{
	static const struct objid descr = { 9, { 1, 3, 6, 1, 2, 1, 1, 1, 0 } };
	static const struct objid object_id = { 9, { 1, 3, 6, 1, 2, 1, 1, 2, 0 } };
	static const struct objid engine = { 11, { 1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0 } };
	static const struct objid uptime = { 9, { 1, 3, 6, 1, 2, 1, 1, 3, 0 } };
	static const char *const engines[PDUS_MAX] = { "engine a", "engine b", "engine a" };

	put(objects, descr, VALUE_OCTETS, 0, "some\nagent");
	put(objects, object_id, VALUE_OBJID, 0, "1.3.6.1.4.1.850");
	put(objects, engine, VALUE_OCTETS, 0, engines[pdu]);
	put(objects, uptime, VALUE_UNSIGNED, pdu * 5000, NULL);
}

static GArray *make_device(struct bytes *bytes, unsigned pdu)
{
	GArray *objects = varbinds_new();
	const uint8_t first = bytes_take(bytes);
	const unsigned tables = first % (TABLES_MAX + 1), odd = (first >> 4) % ODD_ROWS_MAX;

	if (first & 8)
		put_system(objects, pdu);
	for (unsigned i = 0; i < tables; i++)
		put_table(objects, bytes);
	for (unsigned i = 0; i < odd; i++)
		put_odd_row(objects, bytes);
	return objects;
}

static void answer(void *context, const struct sent *sent, struct event *event)
{
	const struct trial *trial = context;
	const struct request request = { .kind = sent->kind,
		                         .once = sent->once,
		                         .repetitions = sent->repetitions,
		                         .varbinds = varbinds_at(sent->varbinds, 0),
		                         .n = sent->varbinds->len };

	cells_answer(trial->objects[sent->pdu], trial->v1, ANSWER_MAX, &request, event);
}

static void on_send(void *context, const struct sent *sent)
{
	const struct trial *trial = context;

	REQUIRE(sent->kind != REQUEST_SET);
	REQUIRE(!trial->v1 || sent->kind != REQUEST_BULK);
	REQUIRE(trial->virtual.sent->len < REQUESTS_BOUND);
}

/* --- what was found --- */

static void check_found(const struct pdu_outlets *found)
{
	const struct outlet *last = NULL;

	REQUIRE(found->outlets->len <= ROWS_BOUND);
	if (found->who)
		REQUIRE(g_utf8_validate(found->who, -1, NULL));
	for (unsigned i = 0; i < found->outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(found->outlets, struct outlet, i);

		REQUIRE(outlet->id.family && outlet->id.number);
		/* a table has each row once, in order */
		if (last && found->whole && last->id.family == outlet->id.family)
			REQUIRE(last->id.device < outlet->id.device ||
			        (last->id.device == outlet->id.device &&
			         last->id.number < outlet->id.number));
		last = outlet;
	}
}

static const struct outlet *outlet_of(const struct pdu_outlets *found, const struct feed *feed)
{
	for (unsigned i = 0; i < found->outlets->len; i++) {
		const struct outlet *outlet = &g_array_index(found->outlets, struct outlet, i);

		if (outlet_id_equal(&outlet->id, &feed->id))
			return outlet;
	}
	return NULL;
}

static void check_feeds(const struct look *look, const GArray *feeds)
{
	REQUIRE(feeds->len > 0);
	for (unsigned i = 0; i < feeds->len; i++) {
		const struct feed *feed = &g_array_index(feeds, struct feed, i);
		const struct outlet *outlet = outlet_of(look->found[feed->id.pdu], feed);

		REQUIRE(feed->id.pdu < look->job->n_pdus);
		REQUIRE(outlet && outlet->exists && outlet->controllable == TRI_YES);
		check_line(feed->text);
		for (unsigned k = 0; k < i; k++) {
			const struct feed *other = &g_array_index(feeds, struct feed, k);

			REQUIRE(!outlet_id_equal(&other->id, &feed->id));
		}
	}
}

static bool cuts(const struct feed *main, const struct feed *feed)
{
	return main->id.number == TRIPPSNMP_MAIN && main->id.pdu == feed->id.pdu &&
	       main->id.device == feed->id.device;
}

/* What is found for another node does not hang on a main load of this one, nor the other way. */
static void check_other(const struct look *look, const char *node, const GArray *feeds)
{
	GArray *others = feeds_new();
	struct outcome outcome = feeds_find(look->view, node, others);

	for (unsigned i = 0; !outcome.error && i < feeds->len; i++)
		for (unsigned k = 0; k < others->len; k++) {
			const struct feed *one = &g_array_index(feeds, struct feed, i);
			const struct feed *other = &g_array_index(others, struct feed, k);

			REQUIRE(!cuts(one, other) && !cuts(other, one));
		}
	g_free(outcome.message);
	g_array_unref(others);
}

static void check_others(const struct look *look, const GArray *feeds)
{
	const GPtrArray *nodes = look->job->config->map->nodes;

	for (unsigned i = 0; i < nodes->len; i++) {
		const struct node *node = nodes->pdata[i];

		if (node != nodemap_find(look->job->config->map, look->job->node))
			check_other(look, node->name, feeds);
	}
}

static struct outcome judge(const struct look *look, void *context, bool *unclear)
{
	GArray *feeds = context;
	struct outcome outcome = { TRIPPSNMP_OK, NULL };

	*unclear = false;
	for (unsigned i = 0; i < look->job->n_pdus; i++)
		check_found(look->found[i]);
	g_array_set_size(feeds, 0);
	if (!look->job->node)
		return outcome;
	outcome = feeds_find(look->view, look->job->node, feeds);
	if (!outcome.error) {
		check_feeds(look, feeds);
		check_others(look, feeds);
	}
	return outcome;
}

/* --- the trial --- */

static struct config *make_config(struct bytes *bytes)
{
	static const char *const addresses[PDUS_MAX] = { "192.0.2.1", "192.0.2.1 192.0.2.2",
		                                         "192.0.2.1 192.0.2.2 192.0.2.3" };
	static const char *const maps[] = {
		"",
		"db1:3@192.0.2.1; db2:4@192.0.2.1",
		"db1:1.3@192.0.2.1,2.1@192.0.2.1; db2:3@192.0.2.1",
		"db1 db2 db3",
		"db1:\"db1\"@192.0.2.1; db2:2@192.0.2.1,1@192.0.2.1",
		"db1:1@192.0.2.1,2@192.0.2.1,3@192.0.2.1; web1; db2:\"db1\"@192.0.2.1",
		"db1:main@192.0.2.1; db2:1.3@192.0.2.1; db3:2.main@192.0.2.1",
		"db1:1.main@192.0.2.1,2.1@192.0.2.1; db2:2@192.0.2.1; db3",
		"db1:2.main@192.0.2.1; db2; web1:1.main@192.0.2.1",
	};
	static const char *const versions[] = { "1", "2c" };
	static const char *const feeds[] = { "any", "1", "2" };
	const uint8_t first = bytes_take(bytes), second = bytes_take(bytes);
	const char *values[PARAM_COUNT] = {
		[PARAM_IPADDR] = addresses[first % PDUS_MAX],
		[PARAM_SNMP_VERSION] = versions[(first >> 2) % G_N_ELEMENTS(versions)],
		[PARAM_FEEDS] = feeds[(first >> 4) % G_N_ELEMENTS(feeds)],
		[PARAM_COMMUNITY] = "private",
		[PARAM_HOSTLIST] = maps[second % G_N_ELEMENTS(maps)],
	};
	char *error = NULL;
	struct config *config = params_check(values, NULL, false, &error);

	/* feeds and hostlist may disagree */
	g_free(error);
	return config;
}

static void set_up(struct trial *trial, struct bytes *bytes, const struct config *config,
                   bool healthy)
{
	trial->v1 = config->version == SNMP_V1;
	virtual_init(&trial->virtual, bytes, config->pdus->len);
	trial->virtual.answer = answer;
	trial->virtual.on_send = on_send;
	trial->virtual.context = trial;
	trial->virtual.healthy = healthy;
	for (unsigned i = 0; i < config->pdus->len; i++)
		trial->objects[i] = make_device(bytes, i);
}

static void run(struct trial *trial, const struct config *config, const char *node, bool status)
{
	const char *labels[PDUS_MAX];
	GArray *feeds = feeds_new();
	struct job job = { .purpose = status ? TO_READ
		                      : node ? TO_SWITCH
		                             : TO_NAME,
		           .config = config,
		           .labels = labels,
		           .log = &checking_log,
		           .node = node,
		           .begun = trial->virtual.now };
	struct operation *operation;
	struct outcome outcome;

	for (unsigned i = 0; i < config->pdus->len; i++)
		labels[i] = addresses_at(config->pdus, i)->label;
	job_prepare(&job);
	job.deadline = job.begun + LIMIT;
	operation = operation_new(&job, NULL, &trial->virtual.network, 1);
	outcome = operation_look(operation, judge, feeds);
	REQUIRE(!outcome.error == !outcome.message);
	if (outcome.error)
		check_line(outcome.message);
	REQUIRE(trial->virtual.now <= job.deadline + USEC_PER_SEC / 10);
	g_free(outcome.message);
	operation_free(operation);
	job_clear(&job);
	g_array_unref(feeds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const nodes[] = { NULL, "db1", "DB2", "web1", "nobody\n" };
	struct bytes bytes = { data, size };
	struct config *config = make_config(&bytes);
	const uint8_t first = bytes_take(&bytes);
	struct trial trial = { 0 };

	if (!config)
		return 0;
	set_up(&trial, &bytes, config, first & 0x40);
	run(&trial, config, nodes[first % G_N_ELEMENTS(nodes)], first & 0x80);
	for (unsigned i = 0; i < trial.virtual.n_pdus; i++)
		g_array_unref(trial.objects[i]);
	virtual_clear(&trial.virtual);
	config_free(config);
	return 0;
}

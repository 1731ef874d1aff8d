/*
 * A bad network on loopback: passes datagrams between SNMP clients and one
 * agent, and loses, delays, doubles, swaps, corrupts, replays and forges them
 * as told. Seeded; lives for a limited time; never sends beyond 127.0.0.1.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <arpa/inet.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_MAX 65536
#define REMEMBERED 8 /* answers a client, for --replay */
#define SWAP_PAUSE 0.02
#define EXIT_USAGE 2

enum direction { REQUEST, ANSWER };

/* Faults in percent of datagrams, times in seconds, -1: no limit. */
static struct {
	gint to;
	gint seed;
	gint loss, duplicate, reorder, corrupt, replay, wrong_id, garbage, other_port;
	gint requests, answers;
	char *only;
	gdouble delay, delay_max;
	gint life;
	gboolean control;
	gboolean die_with_parent;
} options = { .seed = 1, .requests = -1, .answers = -1, .life = 120 };

/** One client: answers go back to its address. */
struct client {
	struct sockaddr_in address;
	int agent;          /* the socket that stands for it before the agent */
	GPtrArray *answers; /* of GBytes *, the last ones */
};

/** A datagram that is under way. */
struct flight {
	struct client *client;
	enum direction direction;
	GBytes *bytes;
	bool other_port;
};

#define OPTION(name, kind, variable, text, argument)                                               \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_##kind, &options.variable, text, argument                 \
	}

static const GOptionEntry entries[] = {
	OPTION("to", INT, to, "The agent's port", "PORT"),
	OPTION("seed", INT, seed, "Of all chance (1)", "N"),
	OPTION("loss", INT, loss, "Lost, each way", "PERCENT"),
	OPTION("duplicate", INT, duplicate, "Sent twice", "PERCENT"),
	OPTION("reorder", INT, reorder, "Held so that others overtake", "PERCENT"),
	OPTION("corrupt", INT, corrupt, "Some bits flipped", "PERCENT"),
	OPTION("only", STRING, only, "Those four for requests or for answers only", "WHICH"),
	OPTION("delay", DOUBLE, delay, "Of answers", "SECONDS"),
	OPTION("delay-max", DOUBLE, delay_max, "With --delay: a range to choose from", "SECONDS"),
	OPTION("replay", INT, replay, "An old answer before the true one", "PERCENT"),
	OPTION("wrong-id", INT, wrong_id, "Another request ID in plain answers", "PERCENT"),
	OPTION("garbage", INT, garbage, "Nonsense before the true answer", "PERCENT"),
	OPTION("other-port", INT, other_port, "Answers that come from another port", "PERCENT"),
	OPTION("requests", INT, requests, "Let so many requests pass", "N"),
	OPTION("answers", INT, answers, "Let so many answers pass", "N"),
	OPTION("life", INT, life, "End after this time (120)", "SECONDS"),
	OPTION("control", NONE, control, "Read further options on stdin, a line at a time", NULL),
	OPTION("die-with-parent", NONE, die_with_parent, "End when the parent process ends", NULL),
	{ NULL, 0, 0, 0, NULL, NULL, NULL },
};

static GRand *chance;
static GPtrArray *clients;
static int front, other; /* what clients see, and another port */
static int passed[2];    /* datagrams let through, by direction */

G_GNUC_NORETURN static void die(const char *what)
{
	fprintf(stderr, "udpproxy: %s\n", what);
	exit(EXIT_USAGE);
}

static bool happens(int percent)
{
	return g_rand_int_range(chance, 0, 100) < percent;
}

/* A fault that --only may keep to one direction. */
static bool befalls(int percent, enum direction direction)
{
	static const char *const words[] = { "requests", "answers" };

	return happens(percent) && (!options.only || g_str_equal(options.only, words[direction]));
}

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		                     .sin_port = htons((uint16_t)port),
		                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int open_socket(void)
{
	const struct sockaddr_in any = loopback(0);
	int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (socket_fd < 0 || bind(socket_fd, (const struct sockaddr *)&any, sizeof(any)))
		die("no socket");
	return socket_fd;
}

/* --- faults of one datagram --- */

static GBytes *flip_bits(GBytes *bytes)
{
	GByteArray *array = g_bytes_unref_to_array(bytes);
	int flips = g_rand_int_range(chance, 1, 4);

	while (array->len && flips--)
		array->data[g_rand_int_range(chance, 0, (gint32)array->len)] ^=
			(guint8)(1 << g_rand_int_range(chance, 0, 8));
	return g_byte_array_free_to_bytes(array);
}

/* Where the contents of the element at *at begin; 0 if there is none of that type. */
static gsize contents(const guint8 *data, gsize size, gsize at, int type, gsize *length)
{
	gsize n;

	if (at + 2 > size || (type && data[at] != type))
		return 0;
	n = data[at + 1];
	at += 2;
	if (n & 0x80) {
		unsigned octets = n & 0x7f;

		for (n = 0; octets && at < size; octets--)
			n = n << 8 | data[at++];
	}
	*length = n;
	return n <= size - at ? at : 0;
}

/* Message, version, community, PDU, request ID (RFC 3416, RFC 1901). */
static GBytes *forge_id(GBytes *bytes)
{
	GByteArray *array = g_bytes_unref_to_array(bytes);
	const guint8 *data = array->data;
	gsize length, at = contents(data, array->len, 0, 0x30, &length);

	at = at ? contents(data, array->len, at, 0x02, &length) : 0;
	if (at && data[at] < 3 && /* SNMPv3 would not even read further */
	    (at = contents(data, array->len, at + length, 0x04, &length)) &&
	    (at = contents(data, array->len, at + length, 0, &length)) &&
	    (at = contents(data, array->len, at, 0x02, &length)) && length)
		array->data[at + length - 1] ^= 0x15;
	return g_byte_array_free_to_bytes(array);
}

/* --- the way of a datagram --- */

static void flight_free(gpointer data)
{
	struct flight *flight = data;

	g_bytes_unref(flight->bytes);
	g_free(flight);
}

static gboolean deliver(gpointer data)
{
	const struct flight *flight = data;
	const struct client *client = flight->client;
	const struct sockaddr_in agent = loopback(options.to);
	const struct sockaddr_in *to = flight->direction == REQUEST ? &agent : &client->address;
	gsize size;
	const void *bytes = g_bytes_get_data(flight->bytes, &size);
	int from = flight->other_port ? other : front;

	if (flight->direction == REQUEST)
		from = client->agent;
	(void)!sendto(from, bytes, size, 0, (const struct sockaddr *)to, sizeof(*to));
	return G_SOURCE_REMOVE;
}

static void launch(struct client *client, enum direction direction, GBytes *bytes, double delay)
{
	struct flight *flight = g_new0(struct flight, 1);

	flight->client = client;
	flight->direction = direction;
	flight->bytes = g_bytes_ref(bytes);
	flight->other_port = direction == ANSWER && happens(options.other_port);
	if (delay > 0) {
		g_timeout_add_full(G_PRIORITY_DEFAULT, (guint)(delay * 1000), deliver, flight,
		                   flight_free);
		return;
	}
	deliver(flight);
	flight_free(flight);
}

static double choose_delay(enum direction direction)
{
	const double swap = befalls(options.reorder, direction) ? SWAP_PAUSE : 0;

	if (direction == REQUEST || options.delay >= options.delay_max)
		return swap + (direction == REQUEST ? 0 : options.delay);
	return swap + g_rand_double_range(chance, options.delay, options.delay_max);
}

/* Part of an answer, or noise. */
static GBytes *make_garbage(GBytes *answer)
{
	guint8 noise[200];

	if (happens(50))
		return g_bytes_new_from_bytes(answer, 0, g_bytes_get_size(answer) / 2);
	for (gsize i = 0; i < sizeof(noise); i++)
		noise[i] = (guint8)g_rand_int(chance);
	return g_bytes_new(noise, (gsize)g_rand_int_range(chance, 0, sizeof(noise)));
}

/* What a client gets before its true answer. */
static void molest(struct client *client, GBytes *answer)
{
	if (client->answers->len && happens(options.replay))
		launch(client, ANSWER,
		       client->answers->pdata[g_rand_int(chance) % client->answers->len], 0);
	if (happens(options.garbage)) {
		GBytes *garbage = make_garbage(answer);

		launch(client, ANSWER, garbage, 0);
		g_bytes_unref(garbage);
	}
}

static void pass(struct client *client, enum direction direction, GBytes *bytes)
{
	const int limit = direction == REQUEST ? options.requests : options.answers;

	if (limit >= 0 && passed[direction] >= limit)
		return;
	passed[direction]++;
	if (befalls(options.loss, direction))
		return;
	g_bytes_ref(bytes);
	if (befalls(options.corrupt, direction))
		bytes = flip_bits(bytes);
	if (direction == ANSWER) {
		if (happens(options.wrong_id))
			bytes = forge_id(bytes);
		molest(client, bytes);
		if (client->answers->len == REMEMBERED)
			g_ptr_array_remove_index(client->answers, 0);
		g_ptr_array_add(client->answers, g_bytes_ref(bytes));
	}
	launch(client, direction, bytes, choose_delay(direction));
	if (befalls(options.duplicate, direction))
		launch(client, direction, bytes, choose_delay(direction));
	g_bytes_unref(bytes);
}

/* --- sockets --- */

static GBytes *receive(int socket_fd, struct sockaddr_in *from)
{
	static guint8 buffer[DATAGRAM_MAX];
	socklen_t length = sizeof(*from);
	ssize_t n =
		recvfrom(socket_fd, buffer, sizeof(buffer), 0, (struct sockaddr *)from, &length);

	return n < 0 ? NULL : g_bytes_new(buffer, (gsize)n);
}

static gboolean from_agent(gint socket_fd, GIOCondition condition, gpointer client)
{
	struct sockaddr_in from;
	GBytes *bytes = receive(socket_fd, &from);

	(void)condition;
	if (bytes)
		pass(client, ANSWER, bytes);
	g_clear_pointer(&bytes, g_bytes_unref);
	return G_SOURCE_CONTINUE;
}

static struct client *find_client(const struct sockaddr_in *address)
{
	struct client *client;

	for (unsigned i = 0; i < clients->len; i++) {
		client = clients->pdata[i];
		if (client->address.sin_port == address->sin_port)
			return client;
	}
	client = g_new0(struct client, 1);
	client->address = *address;
	client->agent = open_socket();
	client->answers = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_unix_fd_add(client->agent, G_IO_IN, from_agent, client);
	g_ptr_array_add(clients, client);
	return client;
}

static gboolean from_client(gint socket_fd, GIOCondition condition, gpointer unused)
{
	struct sockaddr_in from;
	GBytes *bytes = receive(socket_fd, &from);
	const guint8 *data = bytes ? g_bytes_get_data(bytes, NULL) : NULL;

	(void)condition;
	(void)unused;
	if (!bytes)
		return G_SOURCE_CONTINUE;
	if (!data || data[0] != 0x30) /* something printed into a socket */
		puts("udpproxy: a request that is no SNMP");
	pass(find_client(&from), REQUEST, bytes);
	g_bytes_unref(bytes);
	return G_SOURCE_CONTINUE;
}

/* --- options and the main loop --- */

static void take_options(gchar **arguments)
{
	GOptionContext *context = g_option_context_new("- a bad network on loopback");
	GError *error = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse_strv(context, &arguments, &error))
		die(error->message);
	g_option_context_free(context);
	g_strfreev(arguments);
	if (options.to < 1 || options.to > 65535)
		die("--to: not from 1 to 65535");
}

static gboolean control_readable(gint descriptor, GIOCondition condition, gpointer end)
{
	char line[512], *arguments;

	(void)descriptor;
	(void)condition;
	if (!fgets(line, sizeof(line), stdin)) {
		g_main_loop_quit(end);
		return G_SOURCE_REMOVE;
	}
	g_strchomp(line);
	arguments = g_strconcat("udpproxy ", line, NULL);
	take_options(g_strsplit(arguments, " ", -1));
	g_free(arguments);
	memset(passed, 0, sizeof(passed));
	puts("ok");
	return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
	GMainLoop *loop = g_main_loop_new(NULL, FALSE);
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0); /* or poll() would not see a second line */
	take_options(g_strdupv(argv));
	if (options.die_with_parent)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	chance = g_rand_new_with_seed((guint32)options.seed);
	clients = g_ptr_array_new();
	front = open_socket();
	other = open_socket();
	g_unix_fd_add(front, G_IO_IN, from_client, NULL);
	if (options.control)
		g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, control_readable, loop);
	alarm((unsigned)options.life);
	if (getsockname(front, (struct sockaddr *)&address, &length))
		die("no port");
	printf("udpproxy: listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
	g_main_loop_run(loop);
	return EXIT_SUCCESS;
}

/*
 * The way between SNMP clients and simulated PDUs: passes datagrams on, counts
 * them, and loses, delays, doubles, swaps, corrupts, replays and forges them as
 * told. Seeded. A delay is exact to some ten microseconds, for the bench: the
 * kernel's timers wake it, not those of GLib's main loop, which are milliseconds
 * coarse. Each datagram has one of its own, so that none holds up another.
 *
 *   relay [OPTION...] [ADDRESS:]PORT...     of the PDUs
 *
 * Says where it listens for each of them, and lives until its stdin or its
 * parent ends. A line on stdin is further options, or none; the answer is "ok"
 * and the counts since the line before: requests, answers, octets of either,
 * datagrams lost.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define DATAGRAM_MAX 65536
#define CLIENTS_MAX 64
#define REMEMBERED 8 /* answers a client, for --replay */
#define SWAP_PAUSE 0.02
#define EXIT_USAGE 2

enum direction { REQUEST, ANSWER };

/* Faults in percent of datagrams, times in seconds, -1: no limit. */
static struct {
	gint seed;
	gint loss, duplicate, reorder, corrupt, replay, wrong_id, garbage, other_port;
	gint requests, answers;
	char *only, *listen;
	gdouble delay, delay_max;
	char **pdus;
} options = { .seed = 1, .requests = -1, .answers = -1 };

/** What clients see of one PDU, and where the PDU is. */
struct front {
	int socket;
	struct sockaddr_in pdu;
};

/** One client of one PDU: answers go back to its address. */
struct client {
	const struct front *front;
	struct sockaddr_in address;
	int socket; /* stands for it before the PDU */
	guint watch;
	GPtrArray *answers; /* of GBytes *, the last ones */
};

/** A datagram that is under way. */
struct flight {
	int timer;
	int from;
	struct sockaddr_in to;
	GBytes *bytes;
};

#define OPTION(name, kind, variable, text, argument)                                               \
	name, 0, 0, G_OPTION_ARG_##kind, &options.variable, text, argument

static const GOptionEntry entries[] = {
	{ OPTION("listen", STRING, listen, "For one PDU (127.0.0.1, any port)", "ADDRESS:PORT") },
	{ OPTION("seed", INT, seed, "Of all chance (1)", "N") },
	{ OPTION("loss", INT, loss, "Lost, each way", "PERCENT") },
	{ OPTION("duplicate", INT, duplicate, "Sent twice", "PERCENT") },
	{ OPTION("reorder", INT, reorder, "Held so that others overtake", "PERCENT") },
	{ OPTION("corrupt", INT, corrupt, "Some bits flipped", "PERCENT") },
	{ OPTION("only", STRING, only, "Those four for requests or for answers only", "WHICH") },
	{ OPTION("delay", DOUBLE, delay, "Of answers: for clients the round-trip time",
	         "SECONDS") },
	{ OPTION("delay-max", DOUBLE, delay_max, "With --delay: a range to choose from",
	         "SECONDS") },
	{ OPTION("replay", INT, replay, "An old answer before the true one", "PERCENT") },
	{ OPTION("wrong-id", INT, wrong_id, "Another request ID in plain answers", "PERCENT") },
	{ OPTION("garbage", INT, garbage, "Nonsense before the true answer", "PERCENT") },
	{ OPTION("other-port", INT, other_port, "Answers that come from another port", "PERCENT") },
	{ OPTION("requests", INT, requests, "Let so many requests pass", "N") },
	{ OPTION("answers", INT, answers, "Let so many answers pass", "N") },
	{ OPTION(G_OPTION_REMAINING, STRING_ARRAY, pdus, NULL, NULL) },
	{ NULL, 0, 0, 0, NULL, NULL, NULL },
};

static GRand *chance;
static struct front *fronts;
static guint n_fronts;
static GPtrArray *clients;                   /* of struct client *, the oldest first */
static int other;                            /* another port than clients expect */
static unsigned n_datagrams[2], n_octets[2]; /* by direction, as the sender sees it */
static unsigned n_lost;                      /* of those datagrams */

G_GNUC_NORETURN static void die(const char *what)
{
	fprintf(stderr, "relay: %s\n", what);
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

static struct sockaddr_in parse_address(const char *text)
{
	const char *colon = strrchr(text, ':');
	char *host = colon ? g_strndup(text, (gsize)(colon - text)) : g_strdup("127.0.0.1");
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_port = htons((uint16_t)atoi(colon ? colon + 1 : text));
	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		die("not [ADDRESS:]PORT");
	g_free(host);
	return address;
}

/* At the address of --listen, and its port or any. */
static int open_socket(bool any_port)
{
	struct sockaddr_in address = parse_address(options.listen ? options.listen : "0");
	int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (any_port)
		address.sin_port = 0;
	if (socket_fd < 0 || bind(socket_fd, (const struct sockaddr *)&address, sizeof(address)))
		die(g_strerror(errno));
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

static void depart(const struct flight *flight)
{
	gsize size;
	const void *bytes = g_bytes_get_data(flight->bytes, &size);

	(void)!sendto(flight->from, bytes, size, 0, (const struct sockaddr *)&flight->to,
	              sizeof(flight->to));
}

static gboolean time_is_up(gint timer, GIOCondition condition, gpointer flight)
{
	(void)timer;
	(void)condition;
	depart(flight);
	return G_SOURCE_REMOVE;
}

static void flight_free(gpointer data)
{
	struct flight *flight = data;

	close(flight->timer);
	g_bytes_unref(flight->bytes);
	g_free(flight);
}

static void depart_later(const struct flight *flight, gint64 nanoseconds)
{
	const struct itimerspec when = { .it_value = { .tv_sec = nanoseconds / 1000000000,
		                                       .tv_nsec = nanoseconds % 1000000000 } };
	struct flight *copy = g_new(struct flight, 1);

	*copy = *flight;
	g_bytes_ref(copy->bytes);
	copy->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (copy->timer < 0 || timerfd_settime(copy->timer, 0, &when, NULL))
		die(g_strerror(errno));
	g_unix_fd_add_full(G_PRIORITY_DEFAULT, copy->timer, G_IO_IN, time_is_up, copy, flight_free);
}

static void launch(const struct client *client, enum direction direction, GBytes *bytes,
                   double delay)
{
	const gint64 nanoseconds = (gint64)(delay * 1e9);
	struct flight flight = { .from = client->socket, .to = client->front->pdu, .bytes = bytes };

	if (direction == ANSWER) {
		flight.from = happens(options.other_port) ? other : client->front->socket;
		flight.to = client->address;
	}
	if (nanoseconds > 0)
		depart_later(&flight, nanoseconds);
	else
		depart(&flight);
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
static void molest(const struct client *client, GBytes *answer)
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

	n_datagrams[direction]++;
	n_octets[direction] += (unsigned)g_bytes_get_size(bytes);
	if ((limit >= 0 && n_datagrams[direction] > (unsigned)limit) ||
	    befalls(options.loss, direction)) {
		n_lost++;
		return;
	}
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

static gboolean from_pdu(gint socket_fd, GIOCondition condition, gpointer client)
{
	struct sockaddr_in from;
	GBytes *bytes = receive(socket_fd, &from);

	(void)condition;
	if (bytes)
		pass(client, ANSWER, bytes);
	g_clear_pointer(&bytes, g_bytes_unref);
	return G_SOURCE_CONTINUE;
}

static void client_free(gpointer data)
{
	struct client *client = data;

	g_source_remove(client->watch);
	close(client->socket);
	g_ptr_array_unref(client->answers);
	g_free(client);
}

/* No test has CLIENTS_MAX at a time: the oldest one of so many has ended. */
static struct client *find_client(const struct front *front, const struct sockaddr_in *address)
{
	struct client *client;

	for (unsigned i = 0; i < clients->len; i++) {
		client = clients->pdata[i];
		if (client->front == front && client->address.sin_port == address->sin_port &&
		    client->address.sin_addr.s_addr == address->sin_addr.s_addr)
			return client;
	}
	if (clients->len == CLIENTS_MAX)
		g_ptr_array_remove_index(clients, 0);
	client = g_new0(struct client, 1);
	client->front = front;
	client->address = *address;
	client->socket = open_socket(true);
	client->answers = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	client->watch = g_unix_fd_add(client->socket, G_IO_IN, from_pdu, client);
	g_ptr_array_add(clients, client);
	return client;
}

static gboolean from_client(gint socket_fd, GIOCondition condition, gpointer front)
{
	struct sockaddr_in from;
	GBytes *bytes = receive(socket_fd, &from);
	const guint8 *data = bytes ? g_bytes_get_data(bytes, NULL) : NULL;

	(void)condition;
	if (!bytes)
		return G_SOURCE_CONTINUE;
	if (!data || data[0] != 0x30) /* something printed into a socket */
		puts("relay: a request that is no SNMP");
	pass(find_client(front, &from), REQUEST, bytes);
	g_bytes_unref(bytes);
	return G_SOURCE_CONTINUE;
}

/* --- options and the main loop --- */

static void take_options(gchar **arguments)
{
	GOptionContext *context = g_option_context_new("[ADDRESS:]PORT... - the way to PDUs");
	GError *error = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse_strv(context, &arguments, &error))
		die(error->message);
	g_option_context_free(context);
	g_strfreev(arguments);
}

static void place_pdus(void)
{
	if (g_strv_length(options.pdus) != n_fronts)
		die("another number of PDUs");
	for (unsigned i = 0; i < n_fronts; i++)
		fronts[i].pdu = parse_address(options.pdus[i]);
}

static gboolean order_comes(gint descriptor, GIOCondition condition, gpointer end)
{
	char line[512], *arguments;

	(void)descriptor;
	(void)condition;
	if (!fgets(line, sizeof(line), stdin)) {
		g_main_loop_quit(end);
		return G_SOURCE_REMOVE;
	}
	arguments = g_strconcat("relay ", g_strchomp(line), NULL);
	take_options(g_strsplit(g_strchomp(arguments), " ", -1));
	g_free(arguments);
	place_pdus();
	printf("ok %u %u %u %u %u\n", n_datagrams[REQUEST], n_datagrams[ANSWER], n_octets[REQUEST],
	       n_octets[ANSWER], n_lost);
	memset(n_datagrams, 0, sizeof(n_datagrams));
	memset(n_octets, 0, sizeof(n_octets));
	n_lost = 0;
	return G_SOURCE_CONTINUE;
}

static void open_fronts(void)
{
	n_fronts = g_strv_length(options.pdus);
	fronts = g_new0(struct front, n_fronts);
	place_pdus();
	printf("relay: listening on");
	for (unsigned i = 0; i < n_fronts; i++) {
		struct sockaddr_in address = { 0 };
		socklen_t length = sizeof(address);

		fronts[i].socket = open_socket(false);
		g_unix_fd_add(fronts[i].socket, G_IO_IN, from_client, &fronts[i]);
		getsockname(fronts[i].socket, (struct sockaddr *)&address, &length);
		printf(" %s:%u", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	GMainLoop *loop = g_main_loop_new(NULL, FALSE);

	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0); /* or poll() would not see a second line */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	take_options(g_strdupv(argv));
	if (!options.pdus)
		die("no PDU");
	chance = g_rand_new_with_seed((guint32)options.seed);
	clients = g_ptr_array_new_with_free_func(client_free);
	other = open_socket(true);
	g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, order_comes, loop);
	open_fronts();
	g_main_loop_run(loop);
	return EXIT_SUCCESS;
}

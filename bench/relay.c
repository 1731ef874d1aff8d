/*
 * The way between a client and simulated PDUs, on loopback: counts datagrams
 * and octets, and adds a round-trip time and losses as told on stdin. Its
 * round-trip time is exact to some ten microseconds, and a request that waits
 * holds up no other, which the network of tests/wire/udpproxy.c is not made for.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <arpa/inet.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DATAGRAM_MAX 65536
#define CLIENTS_MAX 64
#define QUIET_TIME G_USEC_PER_SEC /* a client that was silent so long has ended */
#define EXIT_USAGE 2

enum direction { REQUEST, ANSWER };

/** One PDU: what clients see, and where the PDU is. */
struct front {
	int socket;
	struct sockaddr_in pdu;
};

/** One client of one PDU: answers go back to its address. */
struct client {
	const struct front *front;
	struct sockaddr_in address;
	int socket; /* stands for it before the PDU */
	gint64 last_request;
};

/** A datagram that is under way. */
struct flight {
	gint64 due;
	int from;
	struct sockaddr_in to;
	GBytes *bytes;
};

static GArray *fronts;   /* of struct front */
static GArray *clients;  /* of struct client */
static GQueue *flights;  /* of struct flight *, the next one first */
static gint64 half_trip; /* microseconds */
static int loss;         /* percent, each way */
static GRand *chance;
static unsigned datagrams[2];
static unsigned octets[2];

G_GNUC_NORETURN static void die(const char *what)
{
	fprintf(stderr, "relay: %s\n", what);
	exit(EXIT_USAGE);
}

static int open_socket(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET,
		                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (socket_fd < 0 || bind(socket_fd, (struct sockaddr *)address, sizeof(*address)) ||
	    getsockname(socket_fd, (struct sockaddr *)address, &length))
		die("no socket");
	return socket_fd;
}

static void flight_free(struct flight *flight)
{
	g_bytes_unref(flight->bytes);
	g_free(flight);
}

static void deliver(const struct flight *flight)
{
	gsize size;
	const void *bytes = g_bytes_get_data(flight->bytes, &size);

	(void)!sendto(flight->from, bytes, size, 0, (const struct sockaddr *)&flight->to,
	              sizeof(flight->to));
}

static void deliver_due(void)
{
	struct flight *flight;

	while ((flight = g_queue_peek_head(flights)) && flight->due <= g_get_monotonic_time()) {
		deliver(flight);
		flight_free(g_queue_pop_head(flights));
	}
}

/* Counted as the sender sees it: what is lost was sent. */
static void launch(enum direction direction, int from, const struct sockaddr_in *to, GBytes *bytes)
{
	struct flight *flight;

	datagrams[direction]++;
	octets[direction] += (unsigned)g_bytes_get_size(bytes);
	if (g_rand_int_range(chance, 0, 100) < loss)
		return;
	flight = g_new(struct flight, 1);
	flight->due = g_get_monotonic_time() + half_trip;
	flight->from = from;
	flight->to = *to;
	flight->bytes = g_bytes_ref(bytes);
	g_queue_push_tail(flights, flight);
}

static GBytes *receive(int socket_fd, struct sockaddr_in *from)
{
	static guint8 buffer[DATAGRAM_MAX];
	socklen_t length = sizeof(*from);
	ssize_t n =
		recvfrom(socket_fd, buffer, sizeof(buffer), 0, (struct sockaddr *)from, &length);

	return n < 0 ? NULL : g_bytes_new(buffer, (gsize)n);
}

static struct client *client_at(unsigned i)
{
	return &g_array_index(clients, struct client, i);
}

static void forget_clients(void)
{
	const gint64 now = g_get_monotonic_time();

	if (clients->len < CLIENTS_MAX || flights->length)
		return;
	for (unsigned i = clients->len; i-- > 0;) {
		if (now - client_at(i)->last_request < QUIET_TIME)
			continue;
		close(client_at(i)->socket);
		g_array_remove_index_fast(clients, i);
	}
}

static struct client *find_client(const struct front *front, const struct sockaddr_in *address)
{
	struct client fresh = { .front = front, .address = *address };
	struct sockaddr_in unused;

	for (unsigned i = 0; i < clients->len; i++)
		if (client_at(i)->front == front &&
		    client_at(i)->address.sin_port == address->sin_port)
			return client_at(i);
	fresh.socket = open_socket(&unused);
	g_array_append_val(clients, fresh);
	return client_at(clients->len - 1);
}

static void pass_request(const struct front *front)
{
	struct sockaddr_in from;
	GBytes *bytes = receive(front->socket, &from);
	struct client *client;

	if (!bytes)
		return;
	client = find_client(front, &from);
	client->last_request = g_get_monotonic_time();
	launch(REQUEST, client->socket, &front->pdu, bytes);
	g_bytes_unref(bytes);
}

static void pass_answer(const struct client *client)
{
	struct sockaddr_in from;
	GBytes *bytes = receive(client->socket, &from);

	if (!bytes)
		return;
	launch(ANSWER, client->front->socket, &client->address, bytes);
	g_bytes_unref(bytes);
}

/* --- orders --- */

static void report(void)
{
	printf("%u %u %u %u\n", datagrams[REQUEST], datagrams[ANSWER], octets[REQUEST],
	       octets[ANSWER]);
	memset(datagrams, 0, sizeof(datagrams));
	memset(octets, 0, sizeof(octets));
}

static void obey(void)
{
	char line[128];
	double seconds;

	if (!fgets(line, sizeof(line), stdin))
		exit(EXIT_SUCCESS);
	if (g_str_equal(line, "counts\n")) {
		report();
	} else if (sscanf(line, "rtt %lf", &seconds) == 1) {
		half_trip = (gint64)(seconds * G_USEC_PER_SEC / 2);
		puts("ok");
	} else if (sscanf(line, "loss %d", &loss) == 1) {
		puts("ok");
	} else {
		die("an order that is none");
	}
}

static void wait_for_something(struct pollfd *watched, unsigned n)
{
	const struct flight *first = g_queue_peek_head(flights);
	const gint64 wait = first ? MAX(first->due - g_get_monotonic_time(), 0) : 0;
	const struct timespec limit = { .tv_sec = wait / G_USEC_PER_SEC,
		                        .tv_nsec = wait % G_USEC_PER_SEC * 1000 };

	(void)ppoll(watched, n, first ? &limit : NULL, NULL);
}

static void run(void)
{
	GArray *watched = g_array_new(FALSE, TRUE, sizeof(struct pollfd));

	for (;;) {
		const unsigned n_clients = clients->len;
		struct pollfd *fds;

		g_array_set_size(watched, 1 + fronts->len + n_clients);
		fds = &g_array_index(watched, struct pollfd, 0);
		fds[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
		for (unsigned i = 0; i < fronts->len; i++)
			fds[1 + i] = (struct pollfd){
				.fd = g_array_index(fronts, struct front, i).socket,
				.events = POLLIN
			};
		for (unsigned i = 0; i < n_clients; i++)
			fds[1 + fronts->len + i] =
				(struct pollfd){ .fd = client_at(i)->socket, .events = POLLIN };
		wait_for_something(fds, watched->len);
		for (unsigned i = 0; i < n_clients; i++)
			if (fds[1 + fronts->len + i].revents)
				pass_answer(client_at(i));
		for (unsigned i = 0; i < fronts->len; i++)
			if (fds[1 + i].revents)
				pass_request(&g_array_index(fronts, struct front, i));
		deliver_due();
		forget_clients();
		if (fds[0].revents)
			obey();
	}
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0); /* or poll() would not see a second line */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_TIMERSLACK, 1UL);
	fronts = g_array_new(FALSE, FALSE, sizeof(struct front));
	clients = g_array_new(FALSE, FALSE, sizeof(struct client));
	flights = g_queue_new();
	chance = g_rand_new_with_seed(1);
	if (argc < 2)
		die("usage: relay PORT...");
	printf("relay: listening on");
	for (int i = 1; i < argc; i++) {
		struct sockaddr_in address;
		struct front front = { .socket = open_socket(&address), .pdu = address };

		front.pdu.sin_port = htons((uint16_t)atoi(argv[i]));
		g_array_append_val(fronts, front);
		printf(" %u", ntohs(address.sin_port));
	}
	putchar('\n');
	run();
}

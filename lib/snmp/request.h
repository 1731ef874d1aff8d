/*
 * The internal request interface: everything above the session reaches a PDU
 * through it, and in tests a virtual network with a virtual clock stands in.
 * It knows objects, requests and events, and must never know anything of
 * net-snmp or of sockets.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef TS_REQUEST_H
#define TS_REQUEST_H

#include "base/clock.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * An object identifier. Ours have at most 20 subidentifiers; a longer one from
 * the network is cut at OBJID_MAX, and so equals none of ours.
 */
#define OBJID_MAX 32
struct objid {
	unsigned n;
	uint32_t id[OBJID_MAX];
};

enum value_type {
	VALUE_NONE,     /* not asked or not answered yet */
	VALUE_INTEGER,  /* number */
	VALUE_UNSIGNED, /* number; Gauge32, Unsigned32 and TimeTicks */
	VALUE_OCTETS,   /* octets */
	VALUE_OBJID,    /* octets: dotted text */
	VALUE_NULL,
	VALUE_ABSENT,     /* noSuchObject, noSuchInstance, v1 noSuchName: definitely not there */
	VALUE_END_OF_MIB, /* nothing follows (GETNEXT, GETBULK) */
	VALUE_ERROR,      /* number: the SNMP error-status that this varbind alone got */
	VALUE_OTHER       /* a type that we have no use for */
};

/**
 * A varbind owns its octets. One that was read was true at some moment from asked, when
 * the attempt that was answered left, until answered, when its answer came.
 */
struct varbind {
	struct objid name;
	enum value_type type;
	int64_t number;
	GBytes *octets;
	usec asked, answered;
	/*
	 * BER tag of its type as it came, for who copies what a device says; 0 if it did not come
	 * from one. Of VALUE_OTHER, Counter32, Counter64 (its bits) and IpAddress have their
	 * values.
	 */
	uint8_t tag;
};

enum request_kind { REQUEST_GET, REQUEST_NEXT, REQUEST_BULK, REQUEST_SET };

/** One datagram to one PDU. */
struct request {
	uint32_t tag;     /* unique in one operation; the answer carries it */
	unsigned attempt; /* 0 for the first one of a question */
	enum request_kind kind;
	unsigned once;        /* BULK only: so many of the first varbinds are not repeated */
	unsigned repetitions; /* BULK only */
	const struct varbind *varbinds;
	unsigned n;
	usec leave_by; /* after that it must not leave any more, as if it were lost; 0: any time */
};

/** What an authenticated SNMPv3 message says of the engine that sent it (RFC 3414). */
struct engine {
	bool known; /* false in v1 and v2c, and without authentication */
	uint32_t boots;
	uint32_t time; /* seconds since it started */
};

enum event_type {
	EVENT_TIME,      /* the time asked for has come */
	EVENT_ANSWER,    /* error_status, error_index and varbinds are those of the answer */
	EVENT_REFUSED,   /* authentication failed (a v3 report); reason says how */
	EVENT_ELSEWHERE, /* an answer came from an address that was not asked; reason says which */
	EVENT_UNREACHABLE, /* the network says that nobody is there; reason says how */
	EVENT_DISCOVERED,  /* its SNMPv3 engine has answered what went ahead of that request */
	EVENT_REPLACED, /* another SNMPv3 engine answers there now: nothing was delivered to it */
	EVENT_FAULT     /* this machine cannot send at all; reason says why */
};

struct event {
	enum event_type type;
	unsigned pdu;
	uint32_t tag; /* of the request that it answers; 0 if none can be told */
	int error_status;
	int error_index; /* 1 is the first varbind, 0 none */
	struct engine engine;
	GArray *varbinds; /* of struct varbind, see varbinds_new(); owned by the receiver */
	char *reason;     /* owned by the receiver */
};

/** What carries requests: the session, or a test's model. */
struct network {
	usec (*now)(struct network *);
	/** Sends without waiting. A failure to send comes back as an event. */
	void (*send)(struct network *, unsigned pdu, const struct request *);
	/** Waits for the next event, until the given time at the latest. */
	void (*next)(struct network *, usec until, struct event *);
};

/** A GArray of struct varbind that frees their octets. */
GArray *varbinds_new(void);
/** Its i-th; valid until one is added. */
struct varbind *varbinds_at(const GArray *varbinds, unsigned i);
void varbinds_add(GArray *varbinds, const struct objid *name);
/** Octets are shared by reference. */
void varbinds_add_copy(GArray *varbinds, const struct varbind *varbind);
void varbinds_add_integer(GArray *varbinds, const struct objid *name, int64_t number);
void varbind_clear(struct varbind *varbind);
/** Deep enough: octets are shared by reference. */
struct varbind varbind_copy(const struct varbind *varbind);
/** Type and value for a message, such as INTEGER 7, escaped. Never NULL; free with g_free(). */
char *varbind_text(const struct varbind *varbind);
/** Whether its value is a number, signed or not. */
bool varbind_is_number(const struct varbind *varbind);
/** Whether an answer is this object, with a value. */
bool varbind_is_object(const struct varbind *varbind, const struct objid *name);

/** The value as an object identifier; false if it is none. */
bool varbind_objid(const struct varbind *varbind, struct objid *value);

void event_clear(struct event *event);

bool objid_equal(const struct objid *a, const struct objid *b);
/** <0, 0, >0 in the order of GETNEXT. */
int objid_compare(const struct objid *a, const struct objid *b);
/** Whether name lies in the subtree below (not at) root. */
bool objid_below(const struct objid *name, const struct objid *root);
/** root with up to n further subidentifiers. */
struct objid objid_append(const struct objid *root, unsigned n, const uint32_t *ids);
/** Dotted text; free with g_free(). */
char *objid_text(const struct objid *name);

/** SNMP error-status values (RFC 3416 section 3) that mean something to us. */
enum {
	SNMP_STATUS_OK = 0,
	SNMP_STATUS_TOO_BIG = 1,
	SNMP_STATUS_NO_SUCH_NAME = 2,
	SNMP_STATUS_BAD_VALUE = 3,
	SNMP_STATUS_READ_ONLY = 4,
	SNMP_STATUS_GEN_ERR = 5,
	SNMP_STATUS_NO_ACCESS = 6,
	SNMP_STATUS_WRONG_VALUE = 10,
	SNMP_STATUS_AUTHORIZATION_ERROR = 16,
	SNMP_STATUS_NOT_WRITABLE = 17
};
/** The standard's word for an error-status, such as "genErr"; static. */
const char *snmp_status_text(int error_status);

#endif

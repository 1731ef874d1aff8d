/*
 * libtrippsnmp: switch the outlets of Tripp Lite PDUs, ATSes and UPSes over
 * SNMP, and say so only when it is proven.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One handle is one configuration: one or more PDUs and a map of which outlets
 * feed which node. A handle keeps nothing between calls: no cache, no file, no
 * socket. Calls block, and each ends within its limit (total_timeout).
 *
 * Handles are independent of each other, but net-snmp below is not safe for
 * threads: use the whole library from one thread at a time.
 */
#ifndef TRIPPSNMP_H
#define TRIPPSNMP_H

#ifdef __cplusplus
extern "C" {
#endif

/** One configuration. Opaque; made by trippsnmp_new(). */
typedef struct trippsnmp trippsnmp;

/** What a call came to. trippsnmp_message() has the line that explains it. */
enum trippsnmp_error {
	TRIPPSNMP_OK = 0,
	TRIPPSNMP_BADCONFIG, /**< a parameter is wrong, or does not fit the device */
	TRIPPSNMP_BADNODE,   /**< no outlet feeds that node */
	TRIPPSNMP_ACCESS,    /**< refused, unauthenticated, or not a device we know */
	TRIPPSNMP_TIMEOUT,   /**< no answer in time */
	TRIPPSNMP_POWER,     /**< the device answered, but power did not obey */
	TRIPPSNMP_INVALID,   /**< the call itself is wrong (unknown action) */
	TRIPPSNMP_INTERNAL,  /**< our own fault, or the machine's (no sockets) */
	TRIPPSNMP_STOPPED    /**< the progress function said so: see trippsnmp_set_progress() */
};

/**
 * The state of an outlet (tlpPduOutletState, tlpAtsOutletState,
 * tlpUpsOutletState, TRIPPLITE-PRODUCTS). UNKNOWN is everything that is not
 * a definite on or off, and is never taken for off.
 */
enum trippsnmp_state { TRIPPSNMP_UNKNOWN = 0, TRIPPSNMP_OFF, TRIPPSNMP_ON };

/** What trippsnmp_power() is to do. */
enum trippsnmp_action {
	TRIPPSNMP_POWER_OFF = 1, /**< off, verified twice, off_hold seconds apart */
	TRIPPSNMP_POWER_ON,      /**< on, verified */
	TRIPPSNMP_POWER_RESET    /**< that off, then on */
};

/** Severity of a log line. Secrets appear at no level. */
enum trippsnmp_level {
	TRIPPSNMP_LOG_CRIT = 1, /**< an operation failed: the line that explains it */
	TRIPPSNMP_LOG_WARN,     /**< an obstacle that did not end the operation yet */
	TRIPPSNMP_LOG_INFO,     /**< what was done */
	TRIPPSNMP_LOG_DEBUG     /**< each request and answer */
};

/** Receives one line, without newline, never empty, control characters escaped. */
typedef void (*trippsnmp_log_fn)(void *context, enum trippsnmp_level level, const char *line);

/** A new handle without configuration. Free it with trippsnmp_free(). */
trippsnmp *trippsnmp_new(void);

/** Frees the handle and wipes its secrets. NULL is allowed. */
void trippsnmp_free(trippsnmp *handle);

/** Sends log lines to fn (NULL: nowhere, the default). */
void trippsnmp_set_log(trippsnmp *handle, trippsnmp_log_fn fn, void *context);

/** What a call is doing. The strings live during the call of the function that gets it. */
struct trippsnmp_progress {
	const char *doing; /**< a few words, such as "waiting while all outlets are off" */
	double seconds;    /**< since the call began */
	double limit;      /**< seconds from its beginning, after which it ends by itself */
	unsigned requests; /**< that were sent so far, repeats included */
};

/**
 * Told four times a second or oftener, by any call that asks the network, while that waits.
 * Returns 0 to go on. Anything else stops the call: nothing more is sent, and unless it was done
 * already, it ends with TRIPPSNMP_STOPPED. What was switched stays as it is. It must not use the
 * handle, nor free it. A stop never is a success, not even that of a reset whose off was proven.
 */
typedef int (*trippsnmp_progress_fn)(void *context, const struct trippsnmp_progress *progress);

/** Has fn told of what is done (NULL: nobody, the default). */
void trippsnmp_set_progress(trippsnmp *handle, trippsnmp_progress_fn fn, void *context);

/**
 * Sets one parameter (see trippsnmp_parameter()); the strings are copied.
 * NULL or "" means the default. Checks nothing yet but the name:
 * TRIPPSNMP_BADCONFIG if there is no such parameter, which changes nothing. A
 * handle that is configured keeps its configuration as it was until the next
 * trippsnmp_configure().
 */
enum trippsnmp_error trippsnmp_set(trippsnmp *handle, const char *name, const char *value);

/**
 * What messages are to call a parameter, for users who know it by another name; or, where name is
 * "outlets", the outlets of trippsnmp_power_outlets() and its kin. The strings are copied; NULL or
 * "" means its own name. TRIPPSNMP_BADCONFIG if there is no such parameter. For parameters it
 * counts from the next trippsnmp_configure() on.
 */
enum trippsnmp_error trippsnmp_set_shown(trippsnmp *handle, const char *name, const char *shown);

/**
 * From the next trippsnmp_configure() on, what is not set has the fence agent's
 * default, where struct trippsnmp_parameter names one; that call logs a WARN for
 * each. There is no way back. A configuration that is there stays as it was.
 */
void trippsnmp_use_agent_defaults(trippsnmp *handle);

/**
 * Checks all parameters and makes the handle usable. Reads secrets_file; asks
 * no network and no name server. On error the handle is unconfigured.
 */
enum trippsnmp_error trippsnmp_configure(trippsnmp *handle);

/**
 * Switches all outlets of a node (case is ignored), within total_timeout.
 * TRIPPSNMP_OK only if the promise of the action was seen kept on every outlet.
 */
enum trippsnmp_error trippsnmp_power(trippsnmp *handle, enum trippsnmp_action action,
                                     const char *node);

/**
 * The same for outlets that need no hostlist, written as they stand there behind a node:
 * OUTLET[,OUTLET...], such as "3,4@pdu-b" or "1.3=\"db1-a\"@pdu-a". TRIPPSNMP_BADCONFIG, before
 * anything is switched, if one stands twice, or if hostlist gives them to more than one node.
 */
enum trippsnmp_error trippsnmp_power_outlets(trippsnmp *handle, enum trippsnmp_action action,
                                             const char *outlets);

/**
 * Checks that each PDU answers, is a known device, and that each mapped outlet exists, is
 * controllable and reads on or off; without hostlist, that an outlet has a node's name, for else
 * nobody could be fenced (TRIPPSNMP_BADNODE). Switches nothing. At most 15 s.
 */
enum trippsnmp_error trippsnmp_status(trippsnmp *handle);

/**
 * The same of these outlets and of all PDUs, whatever hostlist and names say. NULL: of the PDUs,
 * and of what trippsnmp_status() checks, but without hostlist no outlet needs a node's name.
 */
enum trippsnmp_error trippsnmp_outlets_status(trippsnmp *handle, const char *outlets);

/**
 * Reads all outlets of a node (case is ignored): ON if any of them is on, OFF
 * if every one reads off, by devices that their card has not lost. Else the
 * node's power is unknown, and that is an error: TRIPPSNMP_OK comes with ON or
 * OFF only, any error with UNKNOWN. What is unclear is looked at a second time.
 * At most 15 s.
 */
enum trippsnmp_error trippsnmp_node_state(trippsnmp *handle, const char *node,
                                          enum trippsnmp_state *state);

/** The same of outlets, written as for trippsnmp_power_outlets(). */
enum trippsnmp_error trippsnmp_outlets_state(trippsnmp *handle, const char *outlets,
                                             enum trippsnmp_state *state);

/**
 * The same of all nodes that trippsnmp_list() gives, with one look at the PDUs:
 * calls fn for each of them, in that order, when all is read or time is up, with
 * UNKNOWN where the state is not known. TRIPPSNMP_OK only if all are known; else
 * the error is the first node's, and each other's goes to the log at WARN.
 * Without hostlist there are no nodes if no names could be read. The string
 * lives during the call of fn, which must not use the handle. At most 15 s.
 */
enum trippsnmp_error trippsnmp_node_states(trippsnmp *handle,
                                           void (*fn)(void *context, const char *node,
                                                      enum trippsnmp_state state),
                                           void *context);

/**
 * The nodes that can be fenced, lower-cased, as a NULL-terminated array to be
 * freed with trippsnmp_free_list(). With a hostlist, its nodes, without asking
 * any device; else the outlets' names (at most 15 s). On error *nodes is NULL.
 */
enum trippsnmp_error trippsnmp_list(trippsnmp *handle, char ***nodes);
void trippsnmp_free_list(char **nodes);

/*
 * Questions about what is written, asked of no device. The handle must be configured.
 */

/** TRIPPSNMP_OK if there is no hostlist, or if it names the node; else TRIPPSNMP_BADNODE. */
enum trippsnmp_error trippsnmp_check_node(trippsnmp *handle, const char *node);

/** TRIPPSNMP_OK if these are outlets, as trippsnmp_power_outlets() reads them. */
enum trippsnmp_error trippsnmp_check_outlets(trippsnmp *handle, const char *outlets);

/**
 * The outlets that hostlist gives to the node, written likewise; NULL if it does not name the node
 * or gives it none. Owned by the handle, until the next trippsnmp_configure().
 */
const char *trippsnmp_node_outlets(const trippsnmp *handle, const char *node);

/**
 * 1 if by what is written these outlets are the others, in any order, and with all that is said
 * of those: 3 and 1.3 are the same, as are 3 and 3="db1-a", and the latter of each says more.
 * Else, and where one of the two cannot be read, 0.
 */
int trippsnmp_outlets_cover(const trippsnmp *handle, const char *outlets, const char *others);

/**
 * The number of a device's main load, which cuts all that hangs on the device. It is an outlet
 * like others, but has neither name nor description; no outlet has its number.
 */
#define TRIPPSNMP_MAIN 0xffffffffU

/** One outlet as the device describes it. The strings live during the call only. */
struct trippsnmp_outlet {
	const char *pdu;         /**< as written in ipaddr */
	const char *family;      /**< the table it was found in, such as "LX PDU" */
	unsigned device;         /**< tlpDeviceIndex; 1 where the table has none */
	unsigned number;         /**< the outlet's index, or TRIPPSNMP_MAIN */
	const char *name;        /**< as stored in the device, escaped; "" if none */
	const char *description; /**< likewise */
	int controllable;        /**< 0 or 1 */
	/** UNKNOWN also where the card has lost the device, as tlpDeviceStatus or an active alarm
	 * says, whatever it reads. */
	enum trippsnmp_state state;
};

/**
 * Calls fn for each outlet of each PDU, in order of PDU, family, device and
 * number, and then for its main loads, once all of them were read completely; on error for none. fn
 * must not use the handle, nor free it. At most 15 s.
 */
enum trippsnmp_error trippsnmp_outlets(trippsnmp *handle,
                                       void (*fn)(void *context, const struct trippsnmp_outlet *),
                                       void *context);

/** What one look at the PDUs has found. Opaque; made by trippsnmp_take_inventory(). */
typedef struct trippsnmp_inventory trippsnmp_inventory;

/** One PDU, that is one card. */
struct trippsnmp_pdu {
	const char *name;     /**< as written in ipaddr */
	int complete;         /**< 1 if all of it was read; 0: what it has is not known */
	const char *firmware; /**< of the card, escaped; "" if it does not tell */
};

/** What is metered at an outlet (columns 7 to 9 of the LX outlet tables); -1 where nothing is. */
struct trippsnmp_meter {
	int millivolts;   /**< 0 to 1,000,000; the device counts tenths of a volt */
	int milliamperes; /**< 0 to 1,000,000; it counts hundredths of an ampere, or tenths */
	int watts;        /**< 0 to 1,000,000 */
};

/** An active alarm of a card (tlpAlarmsTable, tlUpsAlarmTable). */
struct trippsnmp_alarm {
	const char *pdu;  /**< as written in ipaddr */
	unsigned id;      /**< of its row */
	const char *what; /**< its description, dotted numbers; "" if the card does not tell */
	const char *text; /**< the card's words for it, escaped; "" likewise */
	int lost;         /**< 1 if it says that the card has lost a device, whichever that is */
};

/**
 * Reads all that PDUs tell of themselves and of their outlets, which is more than status and
 * fencing ask for. *inventory is to be freed with trippsnmp_free_inventory(); also after an error,
 * unless it is NULL then: it has what was read of the PDUs that are complete. At most 15 s.
 */
enum trippsnmp_error trippsnmp_take_inventory(trippsnmp *handle, trippsnmp_inventory **inventory);
/** NULL is allowed. */
void trippsnmp_free_inventory(trippsnmp_inventory *inventory);

/* What it has, each NULL past the last. Owned by the inventory, as are the strings. */

/** The i-th PDU, in the order of ipaddr. */
const struct trippsnmp_pdu *trippsnmp_inventory_pdu(const trippsnmp_inventory *inventory,
                                                    unsigned i);
/** The i-th outlet, in the order of trippsnmp_outlets(). */
const struct trippsnmp_outlet *trippsnmp_inventory_outlet(const trippsnmp_inventory *inventory,
                                                          unsigned i);
/** What is metered at that outlet. */
const struct trippsnmp_meter *trippsnmp_inventory_meter(const trippsnmp_inventory *inventory,
                                                        unsigned i);
/** The model of that outlet's device (tlpDeviceModel), escaped; "" if it does not tell. */
const char *trippsnmp_inventory_model(const trippsnmp_inventory *inventory, unsigned i);

/** The i-th active alarm, in the order of PDUs, as far as their cards tell them. */
const struct trippsnmp_alarm *trippsnmp_inventory_alarm(const trippsnmp_inventory *inventory,
                                                        unsigned i);

/** A node, and what feeds it. The strings live during the call only. */
struct trippsnmp_node {
	const char *name;           /**< lower-cased, as trippsnmp_list() has it */
	const char *feeds;          /**< as messages name them: "outlet 3 of pdu-a"; "" if none */
	enum trippsnmp_state state; /**< as trippsnmp_node_state() */
	enum trippsnmp_error error; /**< what fencing it would meet, by what was read now */
	const char *message;        /**< the line that explains it; "" */
};

/**
 * As trippsnmp_node_states(), with all that is known of each node. What is wrong with one of them
 * is in its row; the call's own error is that of the first one. Each is fn's to say: the log has
 * the call's own alone.
 */
enum trippsnmp_error trippsnmp_nodes(trippsnmp *handle,
                                     void (*fn)(void *context, const struct trippsnmp_node *),
                                     void *context);

/** One object of an agent, as it answered. The strings live during the call only. */
struct trippsnmp_object {
	const char *name; /**< dotted numbers */
	/**
	 * The tag of its type: 2 INTEGER, 4 OCTET STRING, 5 NULL, 6 OBJECT IDENTIFIER, 64
	 * IpAddress, 65 Counter32, 66 Gauge32, 67 TimeTicks, 70 Counter64.
	 */
	unsigned type;
	const char *value;           /**< text of any type but 4 and 64: a number, or dotted ones */
	const unsigned char *octets; /**< of 4 and 64; as sent, nothing is escaped. Else NULL */
	unsigned long length;        /**< how many */
};

/**
 * Calls fn for each object below (not at) root, which is dotted numbers, on that PDU, as written
 * in ipaddr; NULL: the only one. In their order, while it reads: after an error, fn has had those
 * before it. Types besides those above are passed over. At most total_timeout, and at most 100,000
 * objects.
 */
enum trippsnmp_error trippsnmp_walk(trippsnmp *handle, const char *pdu, const char *root,
                                    void (*fn)(void *context, const struct trippsnmp_object *),
                                    void *context);

/** The line that explains the last call's error, "" after success. Owned by the handle. */
const char *trippsnmp_message(const trippsnmp *handle);

/** A few words for an error code; static. */
const char *trippsnmp_strerror(enum trippsnmp_error error);

/** The i-th parameter's name, NULL past the last. Static. */
const char *trippsnmp_parameter(unsigned i);

/** A row of the parameter table. Strings are static; NULL where there is none. */
struct trippsnmp_parameter {
	const char *name;
	const char *type;           /**< string, integer or boolean */
	const char *default_value;  /**< as a user would write it */
	const char *const *choices; /**< the words that it may be, up to a NULL; NULL: any text */
	int required;               /**< 0 or 1 */
	int secret;                 /**< likewise */
	const char *shortdesc;
	const char *longdesc;
	/* The fence agent's view. */
	const char *agent_name;     /**< its name there, often the same */
	const char *agent_obsolete; /**< an older name, still taken */
	const char *agent_type;     /**< type, or second */
	const char *agent_default;  /**< see trippsnmp_use_agent_defaults() */
	char agent_letter;          /**< its one-letter option; 0: none */
	const char *agent_longdesc; /**< longdesc, or what is true of the agent */
};

/** The i-th row, NULL past the last. Static. */
const struct trippsnmp_parameter *trippsnmp_parameter_info(unsigned i);

/**
 * The parameters as the XML fragment <parameters>...</parameters> that STONITH
 * plugins and fence agents describe themselves with. Static for the process.
 */
const char *trippsnmp_parameters_xml(void);

/** The library's version, such as "1.0.0". Static. */
const char *trippsnmp_version(void);

#ifdef __cplusplus
}
#endif

#endif

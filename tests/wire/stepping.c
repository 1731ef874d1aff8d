/*
 * LD_AUDIT: gives a program and all its libraries, even those opened with
 * RTLD_DEEPBIND, a system clock that jumps by days every few milliseconds.
 * The monotonic clock stays what it is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define JUMP_EVERY 7000000L /* nanoseconds */
#define DAY 86400

unsigned la_version(unsigned version);
unsigned la_objopen(struct link_map *map, Lmid_t lmid, uintptr_t *cookie);

static time_t step(void)
{
	static const time_t steps[] = { 400 * DAY, -DAY, 7 * DAY, -700 * DAY, 3600 };
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return steps[(now.tv_sec * 143 + now.tv_nsec / JUMP_EVERY) % 5];
}

static int stepping_clock_gettime(clockid_t id, struct timespec *now)
{
	const int result = clock_gettime(id, now);

	if (!result && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		now->tv_sec += step();
	return result;
}

#if __ELF_NATIVE_CLASS == 32
/* What a 32-bit program calls that was built for seconds of 64 bits, such as date(1). */
struct timespec64 {
	int64_t tv_sec;
	int64_t tv_nsec;
};

int __clock_gettime64(clockid_t id, struct timespec64 *now);

static int stepping_clock_gettime64(clockid_t id, struct timespec64 *now)
{
	const int result = __clock_gettime64(id, now);

	if (!result && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		now->tv_sec += step();
	return result;
}
#endif

static int stepping_gettimeofday(struct timeval *now, void *zone)
{
	const int result = gettimeofday(now, zone);

	if (!result)
		now->tv_sec += step();
	return result;
}

static time_t stepping_time(time_t *now)
{
	const time_t result = time(NULL) + step();

	if (now)
		*now = result;
	return result;
}

static uintptr_t bind_to(uintptr_t original, const char *name)
{
	if (!strcmp(name, "clock_gettime"))
		return (uintptr_t)stepping_clock_gettime;
#if __ELF_NATIVE_CLASS == 32
	if (!strcmp(name, "__clock_gettime64"))
		return (uintptr_t)stepping_clock_gettime64;
#endif
	if (!strcmp(name, "gettimeofday"))
		return (uintptr_t)stepping_gettimeofday;
	if (!strcmp(name, "time"))
		return (uintptr_t)stepping_time;
	return original;
}

unsigned la_version(unsigned version)
{
	return version < LAV_CURRENT ? version : LAV_CURRENT;
}

unsigned la_objopen(struct link_map *map, Lmid_t lmid, uintptr_t *cookie)
{
	(void)map;
	(void)lmid;
	(void)cookie;
	return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}

#if __ELF_NATIVE_CLASS == 64
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to,
                       unsigned *flags, const char *name);

uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to,
                       unsigned *flags, const char *name)
#else
uintptr_t la_symbind32(Elf32_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to,
                       unsigned *flags, const char *name);

uintptr_t la_symbind32(Elf32_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to,
                       unsigned *flags, const char *name)
#endif
{
	(void)index;
	(void)from;
	(void)to;
	(void)flags;
	return bind_to(symbol->st_value, name);
}

# Compiler and linker flags: warnings, hardening, sanitizers. The user's own
# CFLAGS, CPPFLAGS and LDFLAGS come later on the command line, and so win.
# SPDX-License-Identifier: LGPL-2.1-or-later

# TS_SYSTEM_INCLUDES(VARIABLE)
# Other people's headers are not ours to warn about.
AC_DEFUN([TS_SYSTEM_INCLUDES],
[$1=`AS_ECHO(["$$1"]) | sed 's/^-I */-isystem /; s/ -I */ -isystem /g'`])

# TS_ADD_CFLAGS(VARIABLE, FLAGS), TS_ADD_LDFLAGS(VARIABLE, FLAGS)
# Adds each flag that the compiler, or linker, takes without a warning.
AC_DEFUN([TS_ADD_CFLAGS], [
ts_save=$CFLAGS
for ts_flag in m4_normalize([$2]); do
	AC_MSG_CHECKING([whether $CC takes $ts_flag])
	CFLAGS="$ts_save -Werror $$1 $ts_flag"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
		[AC_MSG_RESULT([yes]); $1="$$1 $ts_flag"], [AC_MSG_RESULT([no])])
done
CFLAGS=$ts_save
])
AC_DEFUN([TS_ADD_LDFLAGS], [
ts_save=$LDFLAGS
for ts_flag in m4_normalize([$2]); do
	AC_MSG_CHECKING([whether the linker takes $ts_flag])
	LDFLAGS="$ts_save -Werror $ts_flag"
	AC_LINK_IFELSE([AC_LANG_PROGRAM()],
		[AC_MSG_RESULT([yes]); $1="$$1 $ts_flag"], [AC_MSG_RESULT([no])])
done
LDFLAGS=$ts_save
])

# TS_FLAGS
# Sets COMMON_CFLAGS, COMMON_CPPFLAGS, COMMON_LDFLAGS.
AC_DEFUN([TS_FLAGS], [
COMMON_CFLAGS=-std=gnu11
COMMON_CPPFLAGS=
COMMON_LDFLAGS=
TS_ADD_CFLAGS([COMMON_CFLAGS],
	[-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
	 -Wformat=2 -Wformat-security -fstack-protector-strong])
AS_IF([test "$enable_werror" = yes], [COMMON_CFLAGS="$COMMON_CFLAGS -Werror"])
TS_ADD_LDFLAGS([COMMON_LDFLAGS], [-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack])

# It needs optimisation, is often set by distributions, and hides errors from ASan.
AS_IF([test "$enable_sanitizers" != yes], [
	AC_MSG_CHECKING([whether to add -D_FORTIFY_SOURCE=2])
	AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
		#if defined _FORTIFY_SOURCE || !defined __OPTIMIZE__
		#error no
		#endif]])],
		[AC_MSG_RESULT([yes]); COMMON_CPPFLAGS=-D_FORTIFY_SOURCE=2],
		[AC_MSG_RESULT([no])])])

AC_SUBST([COMMON_CFLAGS])
AC_SUBST([COMMON_CPPFLAGS])
AC_SUBST([COMMON_LDFLAGS])
])

# TS_SANITIZERS
# Sets SANITIZER_FLAGS (compiler and linker), and SANITIZER_PRELOAD: what LD_PRELOAD
# must name first where our objects are loaded into a program that was built without
# sanitizers, as the stonith program is. That is the runtime, and libcrypto: the
# runtime refuses RTLD_DEEPBIND, which otherwise keeps libplumb's HMAC() away from
# net-snmp (see plugin/library.c).
AC_DEFUN([TS_SANITIZERS], [
SANITIZER_FLAGS=
SANITIZER_PRELOAD=
AS_IF([test "$enable_sanitizers" = yes], [
	SANITIZER_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
	AC_MSG_CHECKING([for the sanitizers' runtime])
	ts_save_CFLAGS=$CFLAGS
	ts_save_LIBS=$LIBS
	CFLAGS="$CFLAGS $SANITIZER_FLAGS"
	LIBS="$NETSNMP_LIBS $LIBS"
	AC_LINK_IFELSE([AC_LANG_CALL([], [snmp_sess_init])],
		[SANITIZER_PRELOAD=`for ts_name in libasan libcrypto; do
			ldd ./conftest$ac_exeext | sed -n "s/.*$ts_name[[^ ]]* => \([[^ ]]*\).*/\1/p"
		done`])
	CFLAGS=$ts_save_CFLAGS
	LIBS=$ts_save_LIBS
	SANITIZER_PRELOAD=`echo $SANITIZER_PRELOAD`
	AS_CASE([$SANITIZER_PRELOAD],
		[*libasan*], [AC_MSG_RESULT([$SANITIZER_PRELOAD])],
		[AC_MSG_RESULT([no])
		AC_MSG_ERROR([--enable-sanitizers needs gcc with libasan: $CC links no shared runtime])])
])
AC_SUBST([SANITIZER_FLAGS])
AC_SUBST([SANITIZER_PRELOAD])
])

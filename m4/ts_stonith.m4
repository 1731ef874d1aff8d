# Where cluster-glue is, and where it looks for STONITH plugins.
# SPDX-License-Identifier: LGPL-2.1-or-later

# TS_STONITH
# Sets with_stonith (yes or no), STONITH_CFLAGS, STONITH_LIBS, stonithplugindir.
AC_DEFUN([TS_STONITH], [
AC_ARG_WITH([stonith],
	[AS_HELP_STRING([--without-stonith],
		[build no STONITH plugin (needs no cluster-glue)])],
	[], [with_stonith=yes])
AC_ARG_WITH([stonith-plugindir],
	[AS_HELP_STRING([--with-stonith-plugindir=DIR],
		[install tripplite.so in DIR, such as /usr/lib/stonith/plugins/stonith2
		 @<:@where this machine's libstonith looks@:>@])],
	[], [with_stonith_plugindir=auto])
AC_ARG_VAR([STONITH_CFLAGS], [C compiler flags for cluster-glue])
AC_ARG_VAR([STONITH_LIBS], [linker flags for cluster-glue])

AS_IF([test "$with_stonith" != no], [
	with_stonith=yes
	# cluster-glue has no pkg-config files.
	: "${STONITH_CFLAGS=-isystem /usr/include/heartbeat}"
	: "${STONITH_LIBS=-lstonith -lpils}"

	ts_save_CPPFLAGS=$CPPFLAGS
	ts_save_LIBS=$LIBS
	CPPFLAGS="$CPPFLAGS $STONITH_CFLAGS $GLIB_CFLAGS"
	LIBS="$STONITH_LIBS $GLIB_LIBS $LIBS"
	AC_MSG_CHECKING([for cluster-glue])
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[
			#include <stonith/stonith_plugin.h>
			#include <pils/plugin.h>]],
		[[return !stonith_new("") + !NewPILPluginUniv("");]])],
		[AC_MSG_RESULT([yes])],
		[AC_MSG_RESULT([no])
		AC_MSG_ERROR([cluster-glue's headers or libraries were not found. Install them
(Debian: cluster-glue-dev libstonith1-dev libpils2-dev; Fedora: cluster-glue-libs-devel;
SUSE: libglue-devel), or leave the STONITH plugin out with --without-stonith.])])

	AS_IF([test "$with_stonith_plugindir" = auto], [
		AC_MSG_CHECKING([where libstonith looks for plugins])
		AC_LANG_CONFTEST([AC_LANG_SOURCE([[
			#include <glue_config.h>
			ts_modules STONITH_MODULES]])])
		# The first directory, should it ever be a list.
		ts_modules=`$CC -E -P $CPPFLAGS conftest.$ac_ext 2>/dev/null | tr '\n' ' ' |
			sed -n 's/.*ts_modules *"\([[^":]]*\).*/\1/p'`
		rm -f conftest.$ac_ext
		AS_IF([test -z "$ts_modules"],
			[AC_MSG_RESULT([not found])
			AC_MSG_ERROR([glue_config.h does not say where plugins belong (STONITH_MODULES);
use --with-stonith-plugindir])])
		stonithplugindir=$ts_modules/stonith2
		AC_MSG_RESULT([$stonithplugindir])
	], [stonithplugindir=$with_stonith_plugindir])
	AS_CASE([$stonithplugindir], [[[\\/$]]*], [],
		[AC_MSG_ERROR([--with-stonith-plugindir must be an absolute directory])])
	CPPFLAGS=$ts_save_CPPFLAGS
	LIBS=$ts_save_LIBS
], [STONITH_CFLAGS= STONITH_LIBS= stonithplugindir=])
AC_SUBST([stonithplugindir])
])

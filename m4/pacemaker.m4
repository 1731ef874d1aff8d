# Where Pacemaker looks for fence agents.
# SPDX-License-Identifier: LGPL-2.1-or-later

# TS_FENCE_AGENTS
# Sets fenceagentsdir, and fenceagents_by: who said so. Pacemaker has no variable for the
# directory: its builds take sbin below Pacemaker's own prefix, which its pkg-config files name
# where they are installed, and beside its daemon everywhere.
AC_DEFUN([TS_FENCE_AGENTS], [
AC_ARG_WITH([fence-agents-dir],
	[AS_HELP_STRING([--with-fence-agents-dir=DIR],
		[install fence_tripplite in DIR, such as /usr/sbin
		 @<:@where this machine's Pacemaker looks, or else SBINDIR@:>@])],
	[], [with_fence_agents_dir=auto])
AC_MSG_CHECKING([where Pacemaker looks for fence agents])
AS_CASE([$with_fence_agents_dir],
	[auto | yes], [
		fenceagentsdir=
		for ts_file in pacemaker-fencing pacemaker; do
			test -z "$fenceagentsdir" || break
			ts_prefix=`$PKG_CONFIG --variable=exec_prefix $ts_file 2>/dev/null`
			test -z "$ts_prefix" || fenceagentsdir=$ts_prefix/sbin fenceagents_by="$ts_file.pc"
		done
		AS_IF([test -z "$fenceagentsdir"], [
			ts_daemon=`PATH=$PATH:/usr/sbin:/sbin; command -v pacemakerd`
			AS_CASE([$ts_daemon],
				[/*/*], [fenceagentsdir=`AS_DIRNAME(["$ts_daemon"])` fenceagents_by=$ts_daemon])])
		AS_IF([test -z "$fenceagentsdir"],
			[fenceagentsdir='${sbindir}' fenceagents_by="no Pacemaker was found to ask"])],
	[[[\\/$]]*], [fenceagentsdir=$with_fence_agents_dir fenceagents_by=--with-fence-agents-dir],
	[AC_MSG_ERROR([--with-fence-agents-dir must be an absolute directory])])
AC_MSG_RESULT([$fenceagentsdir ($fenceagents_by)])
AC_SUBST([fenceagentsdir])
AC_SUBST([fenceagents_by])
])
